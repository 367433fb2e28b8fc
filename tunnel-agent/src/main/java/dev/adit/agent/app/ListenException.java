package dev.adit.agent.app;

import dev.adit.core.config.HostPort;
import java.io.IOException;

/** The address of {@code admin.listen} cannot be listened on. */
public final class ListenException extends IOException {
  private static final long serialVersionUID = 1;

  private final String reason;

  ListenException(HostPort address, Throwable cause) {
    super("admin.listen: cannot listen on " + address + ": " + cause.getMessage(), cause);
    reason = address + ": " + cause.getMessage();
  }

  /** The address and what the system says of it. */
  public String reason() {
    return reason;
  }
}
