package dev.adit.server.app;

import dev.adit.server.accesslog.AccessLog;
import dev.adit.server.config.AccessLogConfig;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Clock;

/** What a server writes for people. */
final class ServerLogs {
  private ServerLogs() {}

  /** Opens the access log; {@code stdout} takes the lines that have no file. */
  static AccessLog open(AccessLogConfig config, OutputStream stdout) throws AccessLogException {
    try {
      return new AccessLog(config, stdout, Clock.systemUTC());
    } catch (IOException e) {
      throw new AccessLogException(e);
    }
  }
}
