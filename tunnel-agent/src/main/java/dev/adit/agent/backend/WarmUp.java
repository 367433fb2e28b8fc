package dev.adit.agent.backend;

import io.netty.util.concurrent.Ticker;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The time after a backend's recovery in which it gets a growing part of its share of calls, so
 * that cold caches and empty pools are not overrun. Any thread.
 */
final class WarmUp {
  /** Without calls it would never get warm. */
  private static final double LEAST = 0.1;

  private final long lengthNanos;
  private final Ticker ticker;

  // shared: the time is written before the flag
  private volatile long sinceNanos;
  private volatile boolean warming;

  WarmUp(Duration length, Ticker ticker) {
    lengthNanos = length.toNanos();
    this.ticker = ticker;
  }

  /** The backend has recovered now. */
  void begin() {
    sinceNanos = ticker.nanoTime();
    warming = lengthNanos > 0;
  }

  /** Whether it gets less than its share now. */
  boolean isWarming() {
    if (!warming) {
      return false;
    }
    if (ticker.nanoTime() - sinceNanos < lengthNanos) {
      return true;
    }
    warming = false;
    return false;
  }

  /** Whether it takes one call of its share; by chance, more often the longer it is well. */
  boolean takes() {
    return !isWarming() || ThreadLocalRandom.current().nextDouble() < part();
  }

  private double part() {
    return Math.max(LEAST, (double) (ticker.nanoTime() - sinceNanos) / (double) lengthNanos);
  }
}
