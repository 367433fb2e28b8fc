package dev.adit.server.calls;

/**
 * Counts of calls since the start.
 *
 * @param ended all of them
 * @param failed those that Adit ended, but for those that their caller or an operator took back
 * @param refusedByBackend those whose backend answered with a status other than OK, or 500 and
 *     above
 * @param durations of all of them but for those that were taken back; not to be changed
 */
public record CallNumbers(long ended, long failed, long refusedByBackend, Durations durations) {
  /** None yet. */
  public static final CallNumbers NONE = new CallNumbers(0, 0, 0, new Durations());

  /** The counts of both. */
  public CallNumbers plus(CallNumbers other) {
    Durations both = durations.copy();
    both.addAll(other.durations);
    return new CallNumbers(
        ended + other.ended,
        failed + other.failed,
        refusedByBackend + other.refusedByBackend,
        both);
  }
}
