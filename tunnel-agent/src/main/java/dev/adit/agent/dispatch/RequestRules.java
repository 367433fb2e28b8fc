package dev.adit.agent.dispatch;

import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.http2.FieldRules;
import dev.adit.core.http2.GrpcTimeout;
import dev.adit.core.http2.HeaderNames;
import dev.adit.core.http2.HeaderRules;
import dev.adit.core.http2.Http2HeaderFields;
import io.netty.util.AsciiString;

/** What may be written to a backend: checked here again, whatever the server let through. */
final class RequestRules {
  /** What a server may be told to take from a caller (1 MiB), and what it adds. */
  static final int MAX_HEAD_BYTES = (1 << 20) + (64 << 10);

  /** Of the largest number that fits a long. */
  private static final int MAX_LENGTH_DIGITS = 19;

  private static final AsciiString CONNECTION = AsciiString.cached("connection");
  private static final AsciiString CONTENT_LENGTH = AsciiString.cached("content-length");
  private static final AsciiString KEEP_ALIVE = AsciiString.cached("keep-alive");
  private static final AsciiString PROXY_CONNECTION = AsciiString.cached("proxy-connection");
  private static final AsciiString TRANSFER_ENCODING = AsciiString.cached("transfer-encoding");
  private static final AsciiString UPGRADE = AsciiString.cached("upgrade");

  private RequestRules() {}

  /** Whether every part of the head is fit for an HTTP/2 request. */
  static boolean areSound(CallHeaders head) {
    return (head.method().equals(HeaderNames.POST) || FieldRules.isToken(head.method()))
        && !head.method().equals(HeaderNames.CONNECT)
        && HeaderRules.isPath(head.method(), head.path())
        && HeaderRules.isAuthority(head.authority())
        && FieldRules.areSound(head.fields())
        && areMeant(head.fields());
  }

  /** Whether the fields are not too many bytes, and none of them says what others say. */
  private static boolean areMeant(HeaderFields fields) {
    int lengths = 0;
    for (int i = 0; i < fields.size(); i++) {
      AsciiString name = fields.name(i);
      if (isMisplaced(name, fields.value(i))) {
        return false;
      }
      if (name.equals(CONTENT_LENGTH)) {
        lengths++;
      }
    }
    return lengths <= 1 && fields.listBytes() <= MAX_HEAD_BYTES;
  }

  /**
   * Connection-specific fields make a request malformed (RFC 9113 8.2.2); :authority and the time
   * left have parts of their own in the head.
   */
  private static boolean isMisplaced(AsciiString name, AsciiString value) {
    return switch (name.byteAt(0)) {
      case 'c' -> name.equals(CONNECTION) || (name.equals(CONTENT_LENGTH) && !isLength(value));
      case 'g' -> name.equals(HeaderNames.GRPC_TIMEOUT);
      case 'h' -> name.equals(HeaderNames.HOST);
      case 'k' -> name.equals(KEEP_ALIVE);
      case 'p' -> name.equals(PROXY_CONNECTION);
      case 't' ->
          name.equals(TRANSFER_ENCODING)
              || (name.equals(HeaderNames.TE) && !value.equals(HeaderNames.TRAILERS));
      case 'u' -> name.equals(UPGRADE);
      default -> false;
    };
  }

  /** Digits that are a number (RFC 9110 8.6). */
  private static boolean isLength(AsciiString value) {
    boolean digits = !value.isEmpty() && value.length() <= MAX_LENGTH_DIGITS;
    for (int i = 0; digits && i < value.length(); i++) {
      digits = value.byteAt(i) >= '0' && value.byteAt(i) <= '9';
    }
    return digits;
  }

  /**
   * The head as a backend gets it.
   *
   * @param authority stands in for one that the caller did not give
   * @param timeLeftNanos what is left of the caller's time, or {@link CallHeaders#NO_TIMEOUT}
   */
  static Http2HeaderFields forBackend(
      CallHeaders head, AsciiString scheme, AsciiString authority, long timeLeftNanos) {
    HeaderFields fields = head.fields();
    if (timeLeftNanos != CallHeaders.NO_TIMEOUT) {
      fields = fields.copy();
      fields.add(HeaderNames.GRPC_TIMEOUT, GrpcTimeout.format(timeLeftNanos));
    }
    return Http2HeaderFields.ofRequest(
        head.method(),
        scheme,
        head.authority().isEmpty() ? authority : head.authority(),
        head.path(),
        fields);
  }
}
