package dev.adit.core.call;

import io.netty.util.AsciiString;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Every way in which Adit itself fails a call: one row each of the error table in docs/errors.md. A
 * status that a backend chose is no failure and passes through unchanged.
 */
@SuppressWarnings("ImmutableEnumChecker") // an AsciiString that nobody writes to is immutable
public enum CallFailure {
  NO_RULE("no-rule", GrpcCode.UNIMPLEMENTED, 404, false),
  NO_AGENT("no-agent", GrpcCode.UNAVAILABLE, 503, true),
  AGENT_OVERLOADED("agent-overloaded", GrpcCode.RESOURCE_EXHAUSTED, 429, true),
  SERVER_OVERLOADED("server-overloaded", GrpcCode.UNAVAILABLE, 503, true),
  RATE_LIMITED("rate-limited", GrpcCode.RESOURCE_EXHAUSTED, 429, true),
  TUNNEL_LOST("tunnel-lost", GrpcCode.UNAVAILABLE, 502, false),
  NO_UPSTREAM("no-upstream", GrpcCode.UNIMPLEMENTED, 502, false),
  BACKEND_UNREACHABLE("backend-unreachable", GrpcCode.UNAVAILABLE, 502, false),
  BACKEND_NOT_ALLOWED("backend-not-allowed", GrpcCode.PERMISSION_DENIED, 403, false),
  /** The status follows the HTTP/2 error code of the reset. */
  BACKEND_RESET("backend-reset", GrpcCode.INTERNAL, 502, false),
  /** The status follows the HTTP status of the response. */
  BACKEND_HTTP("backend-http", GrpcCode.UNKNOWN, 502, false),
  DEADLINE("deadline", GrpcCode.DEADLINE_EXCEEDED, 504, false),
  UNAUTHENTICATED("unauthenticated", GrpcCode.UNAUTHENTICATED, 401, false),
  FORBIDDEN("forbidden", GrpcCode.PERMISSION_DENIED, 403, false),
  DRAINING("draining", GrpcCode.UNAVAILABLE, 503, false),
  HEADER_TOO_LARGE("header-too-large", GrpcCode.RESOURCE_EXHAUSTED, 431, false),
  MALFORMED("malformed", GrpcCode.INTERNAL, 400, false),
  /** The caller took the call back; nobody is left to hear a status. */
  CANCELLED("cancelled", GrpcCode.CANCELLED, 499, false),
  CANCELLED_BY_OPERATOR("cancelled-by-operator", GrpcCode.CANCELLED, 503, false);

  private static final Map<String, CallFailure> BY_TOKEN = new HashMap<>();

  static {
    for (CallFailure failure : values()) {
      BY_TOKEN.put(failure.token.toString(), failure);
    }
  }

  private final AsciiString token;
  private final GrpcCode grpcCode;
  private final int httpStatus;
  private final boolean pushback;

  CallFailure(String token, GrpcCode grpcCode, int httpStatus, boolean pushback) {
    this.token = AsciiString.cached(token);
    this.grpcCode = grpcCode;
    this.httpStatus = httpStatus;
    this.pushback = pushback;
  }

  /**
   * The reason token that callers see in {@code x-tunnel-reason} and operators in logs and metrics.
   */
  public AsciiString token() {
    return token;
  }

  public GrpcCode grpcCode() {
    return grpcCode;
  }

  public int httpStatus() {
    return httpStatus;
  }

  /**
   * Whether the answer asks gRPC clients to wait before they try again ({@code
   * grpc-retry-pushback-ms}, gRFC A6).
   */
  public boolean asksForPushback() {
    return pushback;
  }

  /** The failure of this token, or null if this build does not know it. */
  public static @Nullable CallFailure ofToken(String token) {
    return BY_TOKEN.get(token);
  }
}
