package dev.adit.core.call;

/**
 * A call's number on one tunnel stream: odd where the server opened it, even where the agent did,
 * never reused.
 */
public record CallId(long value) {
  public CallId {
    if (value <= 0) {
      throw new IllegalArgumentException("call id " + value + " is not positive");
    }
  }

  @Override
  public String toString() {
    return Long.toString(value);
  }
}
