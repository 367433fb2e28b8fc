package dev.adit.core.call;

/**
 * Ends one call, and nothing else. Its message may be shown to the caller. Made without a stack
 * trace: it is an answer, not a fault.
 */
public final class CallException extends Exception {
  private static final long serialVersionUID = 1;

  private final CallFailure failure;

  public CallException(CallFailure failure, String message) {
    super(message, null, false, false);
    this.failure = failure;
  }

  public CallFailure failure() {
    return failure;
  }

  /** What to tell the caller. */
  public String text() {
    return String.valueOf(getMessage());
  }
}
