package dev.adit.server.entry.call;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Tells once when nothing has moved on a call for too long. One timer at a time, whatever moves.
 * Confined to the loop.
 */
final class IdleTimer {
  // deps
  private final EventLoop loop;
  private final long idleNanos;
  private final Runnable onIdle;

  // state, confined to the loop
  private long lastMovedNanos;
  private Future<?> timer;

  IdleTimer(EventLoop loop, Duration idle, Runnable onIdle) {
    this.loop = loop;
    this.onIdle = onIdle;
    idleNanos = idle.toNanos();
    lastMovedNanos = loop.ticker().nanoTime();
    timer = loop.schedule(this::check, idleNanos, TimeUnit.NANOSECONDS);
  }

  /** Something has moved. */
  void moved() {
    lastMovedNanos = loop.ticker().nanoTime();
  }

  void stop() {
    timer.cancel(false);
  }

  private void check() {
    long left = lastMovedNanos + idleNanos - loop.ticker().nanoTime();
    if (left <= 0) {
      onIdle.run();
    } else {
      timer = loop.schedule(this::check, left, TimeUnit.NANOSECONDS);
    }
  }
}
