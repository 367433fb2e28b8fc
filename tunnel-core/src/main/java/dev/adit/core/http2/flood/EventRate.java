package dev.adit.core.http2.flood;

import java.time.Duration;

/** Counts events within windows of time that follow each other. Confined to one thread. */
final class EventRate {
  private final long windowNanos;
  private long begunNanos;
  private boolean begun;
  private int count;

  EventRate(Duration window) {
    windowNanos = window.toNanos();
  }

  /**
   * One event more.
   *
   * @param nowNanos by a clock that never goes back
   * @return how many there are in this window, this one included
   */
  int add(long nowNanos) {
    if (!begun || nowNanos - begunNanos >= windowNanos) {
      begun = true;
      begunNanos = nowNanos;
      count = 0;
    }
    return ++count;
  }
}
