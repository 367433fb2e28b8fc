package dev.adit.server.entry.call;

import java.util.concurrent.atomic.LongAdder;

/** Calls at the entry, for drain and status. Any thread. */
public final class CallCounter {
  private final LongAdder begun = new LongAdder();
  private final LongAdder ended = new LongAdder();

  void begin() {
    begun.increment();
  }

  void end() {
    ended.increment();
  }

  /** Calls since the start. */
  public long total() {
    return begun.sum();
  }

  /** Calls now. */
  public long running() {
    return Math.max(0, -ended.sum() + begun.sum());
  }
}
