package dev.adit.core.metrics;

import io.netty.channel.EventLoop;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How late event loops run what is due: each is given something to do four times a second. What a
 * loop is late is added to every call on it.
 */
final class LoopDelays {
  private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  private LoopDelays() {}

  /** Measures until the loops end. */
  static void watch(List<EventLoop> loops, Latency delay) {
    loops.forEach(loop -> new Beat(loop, delay).next());
  }

  /** Confined to its loop, once it is begun. */
  private static final class Beat implements Runnable {
    private final EventLoop loop;
    private final Latency delay;
    private long dueNanos;

    Beat(EventLoop loop, Latency delay) {
      this.loop = loop;
      this.delay = delay;
    }

    void next() {
      dueNanos = loop.ticker().nanoTime() + INTERVAL_NANOS;
      loop.schedule(this, INTERVAL_NANOS, TimeUnit.NANOSECONDS);
    }

    @Override
    public void run() {
      delay.observe(Math.max(0, loop.ticker().nanoTime() - dueNanos));
      if (!loop.isShuttingDown()) {
        next();
      }
    }
  }
}
