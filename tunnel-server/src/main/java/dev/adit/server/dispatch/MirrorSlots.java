package dev.adit.server.dispatch;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What copies of calls may take of a server: so many at a time, and so many bytes while their calls
 * are not half-closed. Any thread.
 */
final class MirrorSlots {
  static final int MAX_RUNNING = 1000;

  // shared: copies that run
  private final AtomicInteger running = new AtomicInteger();

  // shared: request bytes kept for copies
  private final AtomicLong bytes = new AtomicLong();

  boolean tryTake() {
    if (running.incrementAndGet() <= MAX_RUNNING) {
      return true;
    }
    running.decrementAndGet();
    return false;
  }

  void giveBack() {
    int left = running.decrementAndGet();
    assert left >= 0 : left;
  }

  int taken() {
    return running.get();
  }

  /** Bounded by {@link dev.adit.core.flow.ReplayCopy}. */
  AtomicLong bytes() {
    return bytes;
  }
}
