package dev.adit.server.app;

import dev.adit.core.config.HostPort;
import java.io.IOException;

/** An address that a section of server.yaml names cannot be listened on. */
public final class ListenException extends IOException {
  private static final long serialVersionUID = 1;

  private final String section;
  private final String address;

  ListenException(String section, HostPort address, Throwable cause) {
    super(section + ".listen: cannot listen on " + address + ": " + cause.getMessage(), cause);
    this.section = section;
    this.address = address.toString();
  }

  /** entry, tunnel or admin. */
  public String section() {
    return section;
  }

  public String address() {
    return address;
  }
}
