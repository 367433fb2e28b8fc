package dev.adit.server.accesslog;

import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The calls of one loop that have not run for long yet, in the order in which they began: tells of
 * each that has. A call costs two links, and all of them together one timer. Confined to the loop.
 */
final class RunningCalls {
  // deps
  private final EventLoop loop;
  private final long longNanos;
  private final Consumer<CallRecord> told;

  // state, confined to the loop
  private @Nullable CallRecord first;
  private @Nullable CallRecord last;
  private boolean scheduled;

  /**
   * @param longNanos how long a call runs before it is told of
   * @param told once of each
   */
  RunningCalls(EventLoop loop, long longNanos, Consumer<CallRecord> told) {
    this.loop = loop;
    this.longNanos = longNanos;
    this.told = told;
  }

  /** A call begins. */
  void add(CallRecord record) {
    CallRecord newest = last;
    record.before = newest;
    if (newest == null) {
      first = record;
    } else {
      newest.after = record;
    }
    last = record;
    if (!scheduled) {
      schedule(longNanos);
    }
  }

  /** A call is over; nothing happens if it was told of. */
  void remove(CallRecord record) {
    CallRecord older = record.before;
    CallRecord newer = record.after;
    if (older == null && first != record) {
      return;
    }
    if (older == null) {
      first = newer;
    } else {
      older.after = newer;
    }
    if (newer == null) {
      last = older;
    } else {
      newer.before = older;
    }
    record.before = null;
    record.after = null;
  }

  private void schedule(long nanos) {
    scheduled = true;
    loop.schedule(this::tell, nanos, TimeUnit.NANOSECONDS);
  }

  private void tell() {
    scheduled = false;
    long now = loop.ticker().nanoTime();
    CallRecord oldest;
    while ((oldest = first) != null) {
      long left = longNanos - (now - oldest.begunNanos);
      if (left > 0) {
        schedule(left);
        return;
      }
      remove(oldest);
      told.accept(oldest);
    }
  }
}
