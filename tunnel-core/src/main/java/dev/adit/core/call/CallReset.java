package dev.adit.core.call;

/**
 * A call's end other than by a complete response.
 *
 * @param failure why
 * @param http2Code the HTTP/2 error code (RFC 9113 section 7) that goes with it
 * @param processed false only where it is certain that no backend has seen the call
 * @param message what to tell a caller: names the host, service, method or group, never an address
 */
public record CallReset(CallFailure failure, long http2Code, boolean processed, String message) {
  private static final long CANCEL = 0x8;
  private static final long INTERNAL_ERROR = 0x2;
  private static final long REFUSED_STREAM = 0x7;

  /** The caller took the call back. */
  public static CallReset cancelled() {
    return new CallReset(CallFailure.CANCELLED, CANCEL, true, "cancelled by the caller");
  }

  /** A failure after a backend may have seen the call. */
  public static CallReset failed(CallFailure failure, String message) {
    boolean cut = failure == CallFailure.DEADLINE || failure == CallFailure.CANCELLED_BY_OPERATOR;
    long code = cut ? CANCEL : INTERNAL_ERROR;
    return new CallReset(failure, code, true, message);
  }

  /** A failure before any backend saw the call: it may be placed elsewhere. */
  public static CallReset unprocessed(CallFailure failure, String message) {
    return new CallReset(failure, REFUSED_STREAM, false, message);
  }
}
