package dev.adit.core.tunnel;

/** What a stream's budget has promised to its calls, for the tests of other packages. */
public final class PromisedCredit {
  private PromisedCredit() {}

  /** Bytes; none once all calls have ended. */
  public static long of(TunnelStream stream) {
    return stream.budget().promised();
  }
}
