package dev.adit.core.flow;

import java.util.concurrent.atomic.LongAdder;

/** How often and how long calls of a process had bytes to send and no credit. Any thread. */
public final class CreditStalls {
  // shared
  private final LongAdder begun = new LongAdder();
  private final LongAdder ended = new LongAdder();
  private final LongAdder nanos = new LongAdder();

  /** A call waits for credit from now on. */
  public void begin() {
    begun.increment();
  }

  /** It waits no more. */
  public void end(long waitedNanos) {
    ended.increment();
    nanos.add(waitedNanos);
  }

  /** Waits since the start. */
  public long count() {
    return begun.sum();
  }

  /** Calls that wait now. */
  public long running() {
    return Math.max(0, -ended.sum() + begun.sum());
  }

  /** Time of the waits that are over, nanoseconds. */
  public long nanos() {
    return nanos.sum();
  }
}
