package dev.adit.server.calls;

import dev.adit.core.call.CallHeaders;
import dev.adit.server.accesslog.CallRecord;
import io.netty.util.AsciiString;

/**
 * Calls that failed alike, and the last of them.
 *
 * @param count of the last ten minutes, to half a minute
 * @param sinceNanos how long ago the first ended without ten minutes' pause since
 * @param lastNanos how long ago the last of them ended
 * @param last of them
 */
public record FailureRow(
    FailureKey key, long count, long sinceNanos, long lastNanos, Example last) {

  /**
   * A call that failed. What callers and agents have sent is as they sent it.
   *
   * @param path {@code /Service/Method} of a gRPC call
   * @param message what the caller was told; empty if a backend has told it
   */
  public record Example(
      AsciiString requestId,
      AsciiString host,
      AsciiString path,
      AsciiString upstream,
      AsciiString backend,
      String message,
      long durationNanos) {

    static Example of(CallRecord record) {
      CallHeaders request = record.request();
      AsciiString none = AsciiString.EMPTY_STRING;
      return new Example(
          record.requestId(),
          request == null ? none : request.authority(),
          request == null ? none : request.path(),
          record.upstream(),
          record.backend(),
          record.message(),
          record.durationNanos());
    }
  }
}
