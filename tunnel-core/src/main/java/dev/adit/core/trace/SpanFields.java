package dev.adit.core.trace;

import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.GrpcCode;
import io.netty.util.AsciiString;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How things of ours are called in spans: by OpenTelemetry's semantic conventions where they have a
 * name for it, else {@code adit.*}. docs/operations.md lists them.
 */
public final class SpanFields {
  public static final String RULE = "adit.rule";
  public static final String GROUP = "adit.group";
  public static final String AGENT = "adit.agent";
  public static final String ATTEMPT = "adit.attempt";
  public static final String UPSTREAM = "adit.upstream";
  public static final String BACKEND = "adit.backend";
  public static final String REASON = "adit.reason";
  public static final String REQUEST_ID = "adit.request_id";

  private static final int HTTP_ERROR = 500;

  /** Codes that say that whoever was called is to blame, as the conventions have it. */
  private static final Set<GrpcCode> FAULTS =
      EnumSet.of(
          GrpcCode.UNKNOWN,
          GrpcCode.DEADLINE_EXCEEDED,
          GrpcCode.UNIMPLEMENTED,
          GrpcCode.INTERNAL,
          GrpcCode.UNAVAILABLE,
          GrpcCode.DATA_LOSS);

  private SpanFields() {}

  /** {@code Service/Method} of a gRPC call, else the HTTP method. */
  static String name(CallHeaders headers) {
    AsciiString path = headers.path();
    return headers.isGrpc() && path.length() > 1
        ? path.toString(1, Math.min(path.length(), Span.MAX_CHARS + 1))
        : headers.method().toString();
  }

  /** What is asked for, and where. */
  static void request(Span span, CallHeaders headers) {
    span.set("server.address", headers.authority().toString());
    if (!headers.isGrpc()) {
      span.set("http.request.method", headers.method().toString());
      return;
    }
    span.set("rpc.system", "grpc");
    String path = headers.path().toString();
    int slash = path.lastIndexOf('/');
    if (slash > 0) {
      span.set("rpc.service", path.substring(1, slash));
      span.set("rpc.method", path.substring(slash + 1));
    }
  }

  /**
   * How a response ended.
   *
   * @param grpcStatus null or empty where there is none
   */
  public static void status(
      Span span, Span.Kind kind, int httpStatus, @Nullable AsciiString grpcStatus) {
    if (grpcStatus == null || grpcStatus.isEmpty()) {
      span.set("http.response.status_code", httpStatus);
      if (httpStatus >= HTTP_ERROR) {
        span.fail("HTTP status " + httpStatus);
      }
      return;
    }
    GrpcCode code = GrpcCode.ofStatus(grpcStatus);
    span.set("rpc.grpc.status_code", code.number());
    if (kind == Span.Kind.CLIENT ? code != GrpcCode.OK : FAULTS.contains(code)) {
      span.fail(code.name());
    }
  }

  /** Why a hop ended without a response: a fault, unless the caller took the call back. */
  public static void failure(Span span, CallFailure failure) {
    String reason = failure.token().toString();
    span.set(REASON, reason);
    if (failure != CallFailure.CANCELLED) {
      span.fail(reason);
    }
  }
}
