package dev.adit.server.calls;

import dev.adit.core.call.CallReset;
import dev.adit.server.accesslog.CallRecord;

/** A call at the entry, as those who look see it. Confined to the loop of its connection. */
public abstract class RunningCall extends Link {
  private final long number;
  private final CallRecord record;

  /**
   * A call that is on no list yet.
   *
   * @param number names it, in this run of the server
   */
  protected RunningCall(long number, CallRecord record) {
    this.number = number;
    this.record = record;
  }

  final long number() {
    return number;
  }

  /** What is known of it. */
  protected final CallRecord record() {
    return record;
  }

  /** Ends it on both sides, whatever either still has to say; its caller is told why. */
  protected abstract void cut(CallReset reset);
}
