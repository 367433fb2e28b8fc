package dev.adit.server.entry.call;

import dev.adit.core.call.CallHeaders;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The two ways in which a call runs out of time: its deadline passes, or nothing moves on it for
 * too long. Each tells once; one timer each at a time, whatever moves. Confined to the loop.
 */
final class CallTimers {
  // deps
  private final EventLoop loop;

  // state, confined to the loop
  private @Nullable Future<?> deadline;
  private @Nullable Future<?> idle;
  private long idleNanos;
  private long lastMovedNanos;
  private Runnable onIdle = () -> {};

  CallTimers(EventLoop loop) {
    this.loop = loop;
  }

  /** Tells when the call's deadline has passed, if it has one. */
  void startDeadline(CallHeaders headers, Runnable onDeadline) {
    if (headers.hasTimeout()) {
      deadline = loop.schedule(onDeadline, headers.timeoutNanos(), TimeUnit.NANOSECONDS);
    }
  }

  /**
   * Tells when nothing has moved for this long.
   *
   * @param longest null: it may be still for ever
   */
  void startIdle(@Nullable Duration longest, Runnable whenIdle) {
    if (longest != null) {
      onIdle = whenIdle;
      idleNanos = longest.toNanos();
      lastMovedNanos = loop.ticker().nanoTime();
      idle = loop.schedule(this::check, idleNanos, TimeUnit.NANOSECONDS);
    }
  }

  /** Something has moved. */
  void moved() {
    if (idle != null) {
      lastMovedNanos = loop.ticker().nanoTime();
    }
  }

  void stop() {
    if (deadline != null) {
      deadline.cancel(false);
    }
    if (idle != null) {
      idle.cancel(false);
    }
  }

  private void check() {
    long left = lastMovedNanos + idleNanos - loop.ticker().nanoTime();
    if (left <= 0) {
      onIdle.run();
    } else {
      idle = loop.schedule(this::check, left, TimeUnit.NANOSECONDS);
    }
  }
}
