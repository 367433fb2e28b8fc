package dev.adit.server.metrics;

/**
 * Calls of one rule that have ended.
 *
 * @param failed those that Adit ended, but for those that were taken back
 */
public record RuleCalls(long calls, long failed) {
  /** None yet. */
  public static final RuleCalls NONE = new RuleCalls(0, 0);

  RuleCalls plus(RuleCalls more) {
    return new RuleCalls(calls + more.calls, failed + more.failed);
  }
}
