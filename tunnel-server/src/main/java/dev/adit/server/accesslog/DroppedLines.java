package dev.adit.server.accesslog;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lines that were not written, and what is said of it: once when it begins, once when it ends. */
final class DroppedLines {
  private static final Logger log = LoggerFactory.getLogger(DroppedLines.class);

  /** So long nothing is dropped before a slow log counts as fast enough again. */
  private static final long CALM_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** So long lines are written before a disk counts as having room again. */
  private static final long ROOM_NANOS = TimeUnit.SECONDS.toNanos(1);

  // shared: counted by loops and by the writer
  private final AtomicLong total = new AtomicLong();

  // shared: set by the loop that drops the first line, taken back by the writer
  private final AtomicBoolean slow = new AtomicBoolean();

  // shared: written by whoever drops; the writer reads it
  private volatile long slowNanos;

  // shared: written by the writer
  private volatile @Nullable String failure;

  // state, confined to the writer
  private long totalBefore;
  private long failureNanos;
  private boolean writtenSince;

  /** Lines dropped since the start. */
  long total() {
    return total.get();
  }

  /** A line found the queue full. Any thread. */
  void onFull() {
    total.incrementAndGet();
    slowNanos = System.nanoTime();
    if (!slow.get() && slow.compareAndSet(false, true)) {
      log.warn("the access log is slower than the calls: lines are dropped and counted");
    }
  }

  /** Lines could not be written. Called by the writer. */
  void onFailure(int lines, String why) {
    if (failure == null) {
      totalBefore = total.get();
      log.error("the access log cannot be written, lines are dropped and counted: {}", why);
    }
    failure = why;
    failureNanos = System.nanoTime();
    writtenSince = false;
    total.addAndGet(lines);
  }

  /** Lines were written. Called by the writer. */
  void onWritten() {
    writtenSince = true;
  }

  /**
   * Looks whether the trouble is over, for good: a disk that is full has room for a line now and
   * then. Called by the writer now and then.
   */
  void look() {
    long now = System.nanoTime();
    if (failure != null && writtenSince && now - failureNanos > ROOM_NANOS) {
      failure = null;
      log.info("the access log is written again; {} lines were dropped", total.get() - totalBefore);
    }
    if (slow.get() && now - slowNanos > CALM_NANOS) {
      slow.set(false);
      log.info("the access log keeps up again; {} lines were dropped since the start", total.get());
    }
  }

  /** What an operator should look at now; empty if all is well. Any thread. */
  List<String> warnings() {
    List<String> lines = new ArrayList<>(2);
    String why = failure;
    if (why != null) {
      lines.add("the access log cannot be written, " + total.get() + " lines dropped: " + why);
    }
    if (slow.get()) {
      lines.add("the access log is slower than the calls, " + total.get() + " lines dropped");
    }
    return lines;
  }
}
