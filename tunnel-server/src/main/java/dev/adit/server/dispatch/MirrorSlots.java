package dev.adit.server.dispatch;

import dev.adit.core.flow.Slots;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What copies of calls may take of a server: so many at a time, and so many bytes while their calls
 * are not half-closed. Any thread.
 */
final class MirrorSlots {
  static final int MAX_RUNNING = 1000;

  // shared: copies that run
  private final Slots running = new Slots(MAX_RUNNING);

  // shared: request bytes kept for copies
  private final AtomicLong bytes = new AtomicLong();

  // shared: what has become of those that are over
  private final MirrorCounts counts = new MirrorCounts();

  MirrorCounts counts() {
    return counts;
  }

  boolean tryTake() {
    return running.tryTake();
  }

  void giveBack() {
    running.giveBack();
  }

  int taken() {
    return running.taken();
  }

  /** Bounded by {@link dev.adit.core.flow.ReplayCopy}. */
  AtomicLong bytes() {
    return bytes;
  }
}
