package dev.adit.server.accesslog;

import dev.adit.core.call.CallHeaders;
import dev.adit.server.config.AccessLogConfig;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.TimeUnit;

/**
 * The shape of a line: JSON, or blank-separated {@code name=value} words. All foreign text is
 * escaped and cut. Any thread.
 */
final class LineFormat {
  private static final int MAX_VALUE_LENGTH = 256;
  private static final String HEX = "0123456789abcdef";

  private final boolean json;
  private final Clock clock;

  LineFormat(AccessLogConfig.Format format, Clock clock) {
    json = format == AccessLogConfig.Format.JSON;
    this.clock = clock;
  }

  /** The line of one call, with its line feed. */
  String line(CallRecord record) {
    StringBuilder line = new StringBuilder(384);
    line.append(json ? "{" : "");
    Instant end = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    first(line, "ts", end.toString());
    text(line, "requestId", record.requestId);
    CallHeaders request = record.request;
    if (request != null) {
      text(line, "protocol", request.isGrpc() ? "grpc" : "http");
      text(line, "method", request.method());
      text(line, "host", request.authority());
      text(line, "path", request.path());
    }
    text(line, "caller", record.caller == null ? "" : record.caller.text());
    text(line, "rule", record.rule);
    text(line, "group", record.group == null ? "" : record.group.value());
    text(line, "agent", record.agent == null ? "" : record.agent.value());
    text(line, "upstream", record.upstream);
    text(line, "backend", record.backend);
    number(line, "attempts", record.attempts);
    if (record.retries > 0) {
      number(line, "retries", record.retries);
    }
    number(line, "httpStatus", record.httpStatus);
    text(line, "grpcStatus", record.grpcStatus);
    text(line, "reason", record.failure == null ? "" : record.failure.token());
    number(line, "requestBytes", record.requestBytes);
    number(line, "responseBytes", record.responseBytes);
    number(line, "durationMicros", TimeUnit.NANOSECONDS.toMicros(record.durationNanos()));
    return line.append(json ? "}\n" : "\n").toString();
  }

  private void first(StringBuilder line, String name, String value) {
    if (json) {
      line.append('"').append(name).append("\":\"").append(value).append('"');
    } else {
      line.append(value);
    }
  }

  private void text(StringBuilder line, String name, CharSequence value) {
    if (value.length() == 0) {
      return;
    }
    name(line, name);
    line.append('"');
    escape(line, value);
    line.append('"');
  }

  private void number(StringBuilder line, String name, long value) {
    name(line, name);
    line.append(value);
  }

  private void name(StringBuilder line, String name) {
    if (json) {
      line.append(",\"").append(name).append("\":");
    } else {
      line.append(' ').append(name).append('=');
    }
  }

  /**
   * Leaves printable ASCII; everything else, which only a hostile caller sends, becomes a visible
   * escape.
   */
  private static void escape(StringBuilder line, CharSequence value) {
    int length = Math.min(value.length(), MAX_VALUE_LENGTH);
    for (int i = 0; i < length; i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        line.append('\\').append(c);
      } else if (c >= ' ' && c < 0x7f) {
        line.append(c);
      } else {
        line.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
          line.append(HEX.charAt(c >> shift & 0xf));
        }
      }
    }
    if (length < value.length()) {
      line.append("...");
    }
  }
}
