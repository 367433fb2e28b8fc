package dev.adit.server.app;

import java.io.IOException;

/** The file of {@code accessLog} cannot be written to. */
public final class AccessLogException extends IOException {
  private static final long serialVersionUID = 1;

  AccessLogException(IOException cause) {
    super("accessLog.file: cannot be opened: " + cause, cause);
  }

  /** What the system says of it. */
  public String reason() {
    return String.valueOf(getCause());
  }
}
