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
 * time for the latter, whatever moves. Confined to the loop.
 */
final class CallTimers {
  // deps
  private final EventLoop loop;
  private final Consumer<CallReset> onOver;
  private final long idleNanos;

  // state, confined to the loop
  private @Nullable Future<?> deadline;
  private @Nullable Future<?> idle;
  private long lastMovedNanos;

  private CallTimers(EventLoop loop, long idleNanos, Consumer<CallReset> onOver) {
    this.loop = loop;
    this.onOver = onOver;
    this.idleNanos = idleNanos;
  }

  /**
   * Starts those that a call has.
   *
   * @param idle how long nothing may move; null: as long as it wants
   * @param onOver told why the call is over, at most once by each timer
   * @return null if there are none
   */
  static @Nullable CallTimers start(
      EventLoop loop, CallHeaders headers, @Nullable Duration idle, Consumer<CallReset> onOver) {
    if (!headers.hasTimeout() && idle == null) {
      return null;
    }
    CallTimers timers = new CallTimers(loop, idle == null ? 0 : idle.toNanos(), onOver);
    if (headers.hasTimeout()) {
      timers.startDeadline(headers.timeoutNanos());
    }
    if (idle != null) {
      timers.noteMoved();
      timers.awaitIdle(timers.idleNanos);
    }
    return timers;
  }

  private void startDeadline(long nanos) {
    Runnable over =
        () -> onOver.accept(CallReset.failed(CallFailure.DEADLINE, "the deadline has passed"));
    deadline = loop.schedule(over, nanos, TimeUnit.NANOSECONDS);
  }

  /** Something has moved on the call that has these timers, if any. */
  static void moved(@Nullable CallTimers timers) {
    if (timers != null) {
      timers.noteMoved();
    }
  }

  /** The call that has these timers, if any, is over. */
  static void stop(@Nullable CallTimers timers) {
    if (timers != null) {
      timers.cancel();
    }
  }

  private void noteMoved() {
    lastMovedNanos = loop.ticker().nanoTime();
  }

  private void cancel() {
    if (deadline != null) {
      deadline.cancel(false);
    }
    if (idle != null) {
      idle.cancel(false);
    }
  }

  private void awaitIdle(long nanos) {
    idle = loop.schedule(this::checkIdle, nanos, TimeUnit.NANOSECONDS);
  }

  private void checkIdle() {
    long left = lastMovedNanos + idleNanos - loop.ticker().nanoTime();
    if (left <= 0) {
      String message = "nothing has moved for longer than the rule allows";
      onOver.accept(CallReset.failed(CallFailure.DEADLINE, message));
    } else {
      awaitIdle(left);
    }
  }
}
