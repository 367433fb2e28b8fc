package dev.adit.core.call;

/**
 * Ends one call, and nothing else. Its message may be shown to the caller. Made without a stack
 * trace: it is an answer, not a fault.
 */
public final class CallException extends Exception {
  private static final long serialVersionUID = 1;

  /** How long a caller is asked to wait where nothing more is known. */
  private static final long USUAL_PUSHBACK_MILLIS = 1000;

  private final CallFailure failure;
  private final long pushbackMillis;

  public CallException(CallFailure failure, String message) {
    this(failure, message, USUAL_PUSHBACK_MILLIS);
  }

  /**
   * A failure that passes.
   *
   * @param pushbackMillis how long the caller should wait before it tries again
   */
  public CallException(CallFailure failure, String message, long pushbackMillis) {
    super(message, null, false, false);
    this.failure = failure;
    this.pushbackMillis = pushbackMillis;
  }

  public long pushbackMillis() {
    return pushbackMillis;
  }

  public CallFailure failure() {
    return failure;
  }

  /** What to tell the caller. */
  public String text() {
    return String.valueOf(getMessage());
  }
}
