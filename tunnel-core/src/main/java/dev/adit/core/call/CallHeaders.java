package dev.adit.core.call;

import io.netty.util.AsciiString;

/**
 * The head of a request: what the caller asked for, as it arrived, less what is not forwarded.
 *
 * @param authority host and port as the caller wrote them; may be empty for plain HTTP
 * @param path with query, as it came; starts with a slash, or is {@code *}
 * @param timeoutNanos the time the caller still gives, or {@link #NO_TIMEOUT}
 */
public record CallHeaders(
    CallProtocol protocol,
    AsciiString method,
    AsciiString scheme,
    AsciiString authority,
    AsciiString path,
    HeaderFields fields,
    long timeoutNanos) {
  /** The caller set no deadline. */
  public static final long NO_TIMEOUT = Long.MAX_VALUE;

  public boolean isGrpc() {
    return protocol == CallProtocol.GRPC;
  }

  public boolean hasTimeout() {
    return timeoutNanos != NO_TIMEOUT;
  }

  @Override
  public String toString() {
    return method + " " + authority + path;
  }
}
