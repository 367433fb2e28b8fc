package dev.adit.server.app;

import dev.adit.core.config.HostPort;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;

/** An address that a section of server.yaml names cannot be listened on. */
public final class ListenException extends IOException {
  private static final long serialVersionUID = 1;

  private final String section;
  private final String address;

  ListenException(String section, HostPort address, Throwable cause) {
    this(section, List.of(address), cause);
  }

  /** It is one of several that cannot be had, and only the cause knows which. */
  ListenException(String section, List<HostPort> addresses, Throwable cause) {
    super(section + ".listen: cannot listen on " + text(addresses) + ": " + cause, cause);
    this.section = section;
    address = text(addresses);
  }

  private static String text(List<HostPort> addresses) {
    return addresses.stream().map(HostPort::toString).collect(Collectors.joining(" or "));
  }

  /** entry, tunnel or admin. */
  public String section() {
    return section;
  }

  public String address() {
    return address;
  }
}
