package dev.adit.core.http2;

import dev.adit.core.call.CallFailure;
import dev.adit.core.call.GrpcCode;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;

/**
 * From HTTP to gRPC status: error codes, HTTP statuses, and the escaping of {@code grpc-message}.
 */
public final class StatusTranslator {
  /**
   * Of a message as the caller gets it, before it is encoded. Clients take 8 KiB of a header list,
   * and a longer one may end their connection with all calls on it.
   */
  private static final int MAX_MESSAGE_BYTES = 1024;

  private static final char[] HEX = "0123456789ABCDEF".toCharArray();

  private StatusTranslator() {}

  /** Whether this is the HTTP/2 error code CANCEL. */
  public static boolean isCancel(long http2Code) {
    return http2Code == Http2Error.CANCEL.code();
  }

  /** gRPC over HTTP/2, "Errors": the status of a call that its peer ended by RST_STREAM. */
  public static GrpcCode ofReset(long http2Code) {
    Http2Error error = Http2Error.valueOf(http2Code);
    if (error == null) {
      return GrpcCode.INTERNAL;
    }
    return switch (error) {
      case REFUSED_STREAM -> GrpcCode.UNAVAILABLE;
      case CANCEL -> GrpcCode.CANCELLED;
      case ENHANCE_YOUR_CALM -> GrpcCode.RESOURCE_EXHAUSTED;
      case INADEQUATE_SECURITY -> GrpcCode.PERMISSION_DENIED;
      case NO_ERROR,
          PROTOCOL_ERROR,
          INTERNAL_ERROR,
          FLOW_CONTROL_ERROR,
          SETTINGS_TIMEOUT,
          STREAM_CLOSED,
          FRAME_SIZE_ERROR,
          COMPRESSION_ERROR,
          CONNECT_ERROR,
          HTTP_1_1_REQUIRED ->
          GrpcCode.INTERNAL;
    };
  }

  /** The status that a gRPC caller is told of a failure: by its reason, or by the reset's code. */
  public static GrpcCode ofFailure(CallFailure failure, long http2Code) {
    return failure == CallFailure.BACKEND_RESET ? ofReset(http2Code) : failure.grpcCode();
  }

  /**
   * gRPC's "HTTP to gRPC Status Code Mapping": the status of a response without {@code
   * grpc-status}.
   */
  public static GrpcCode ofHttpStatus(int status) {
    return switch (status) {
      case 400 -> GrpcCode.INTERNAL;
      case 401 -> GrpcCode.UNAUTHENTICATED;
      case 403 -> GrpcCode.PERMISSION_DENIED;
      case 404 -> GrpcCode.UNIMPLEMENTED;
      case 429, 502, 503, 504 -> GrpcCode.UNAVAILABLE;
      default -> GrpcCode.UNKNOWN;
    };
  }

  /**
   * Percent-encodes a {@code grpc-message}: everything but printable ASCII, and the percent sign.
   * What is longer than 1 KiB of UTF-8 is cut behind a whole character.
   */
  public static AsciiString escapeMessage(String message) {
    byte[] utf8 = message.getBytes(StandardCharsets.UTF_8);
    int length = kept(utf8);
    StringBuilder escaped = new StringBuilder(length + 16);
    for (int i = 0; i < length; i++) {
      byte b = utf8[i];
      if (b >= ' ' && b < 0x7f && b != '%') {
        escaped.append((char) b);
      } else {
        escaped.append('%').append(HEX[(b >> 4) & 0xf]).append(HEX[b & 0xf]);
      }
    }
    if (length < utf8.length) {
      escaped.append("...");
    }
    return new AsciiString(escaped);
  }

  private static int kept(byte[] utf8) {
    if (utf8.length <= MAX_MESSAGE_BYTES) {
      return utf8.length;
    }
    int length = MAX_MESSAGE_BYTES;
    while ((utf8[length] & 0xc0) == 0x80) {
      length--;
    }
    return length;
  }
}
