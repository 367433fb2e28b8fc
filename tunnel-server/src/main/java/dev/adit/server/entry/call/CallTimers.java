package dev.adit.server.entry.call;

import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.CallReset;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What ends a call by time: its deadline, and nothing moving on it for too long. One timer at a
 * time for both, whatever moves: most calls end long before, and to schedule and to cancel is what
 * they pay. Confined to the loop.
 */
final class CallTimers {
  private static final long NEVER = Long.MAX_VALUE;

  // deps
  private final EventLoop loop;
  private final Consumer<CallReset> onOver;
  private final long timeoutNanos;
  private final long idleNanos;
  private final long begunNanos;

  // state, confined to the loop
  private Future<?> timer;
  private long lastMovedNanos;

  private CallTimers(
      EventLoop loop, long timeoutNanos, long idleNanos, Consumer<CallReset> onOver) {
    this.loop = loop;
    this.onOver = onOver;
    this.timeoutNanos = timeoutNanos;
    this.idleNanos = idleNanos;
    begunNanos = loop.ticker().nanoTime();
    lastMovedNanos = begunNanos;
    timer = checkIn(Math.min(timeoutNanos, idleNanos));
  }

  /**
   * Starts those that a call has.
   *
   * @param idle how long nothing may move; null: as long as it wants
   * @param onOver told why the call is over, at most once
   * @return null if there are none
   */
  static @Nullable CallTimers start(
      EventLoop loop, CallHeaders headers, @Nullable Duration idle, Consumer<CallReset> onOver) {
    if (!headers.hasTimeout() && idle == null) {
      return null;
    }
    return new CallTimers(
        loop,
        headers.hasTimeout() ? headers.timeoutNanos() : NEVER,
        idle == null ? NEVER : idle.toNanos(),
        onOver);
  }

  /** Something has moved on the call that has these timers, if any. */
  static void moved(@Nullable CallTimers timers) {
    if (timers != null && timers.idleNanos != NEVER) {
      timers.lastMovedNanos = timers.loop.ticker().nanoTime();
    }
  }

  /** The same for who knows what time it is. */
  static void moved(@Nullable CallTimers timers, long nowNanos) {
    if (timers != null) {
      timers.lastMovedNanos = nowNanos;
    }
  }

  /** The call that has these timers, if any, is over. */
  static void stop(@Nullable CallTimers timers) {
    if (timers != null) {
      timers.timer.cancel(false);
    }
  }

  private Future<?> checkIn(long nanos) {
    return loop.schedule(this::check, nanos, TimeUnit.NANOSECONDS);
  }

  private void check() {
    long now = loop.ticker().nanoTime();
    long left = left(timeoutNanos, now - begunNanos);
    long idleLeft = left(idleNanos, now - lastMovedNanos);
    if (left <= 0) {
      onOver.accept(CallReset.failed(CallFailure.DEADLINE, "the deadline has passed"));
    } else if (idleLeft <= 0) {
      String message = "nothing has moved for longer than the rule allows";
      onOver.accept(CallReset.failed(CallFailure.DEADLINE, message));
    } else {
      timer = checkIn(Math.min(left, idleLeft));
    }
  }

  private static long left(long nanos, long passed) {
    return nanos == NEVER ? NEVER : nanos - passed;
  }
}
