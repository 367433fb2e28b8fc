package dev.adit.agent.tunnel;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * When to dial again: the first try after 0 to 1 s, then full jitter over a time that doubles from
 * 1 s to 30 s; from the start again after 60 s of health. Confined to the dialer's loop.
 */
final class Redial {
  private static final long FIRST_MILLIS = 1000;
  private static final long MAX_MILLIS = 30_000;
  private static final long REFUSED_MILLIS = 60_000;
  private static final Duration HEALTHY = Duration.ofSeconds(60);

  // state, confined to the loop
  private long ceilingMillis = FIRST_MILLIS;

  /** The time to wait after a failure. */
  long nextDelayMillis() {
    long delay = ThreadLocalRandom.current().nextLong(ceilingMillis + 1);
    ceilingMillis = Math.min(MAX_MILLIS, 2 * ceilingMillis);
    return delay;
  }

  /** The time to wait after a refusal that only a person can mend. */
  long refusedDelayMillis() {
    return REFUSED_MILLIS + ThreadLocalRandom.current().nextLong(FIRST_MILLIS);
  }

  /** A tunnel has ended after it was up for so long. */
  void onEnded(Duration up) {
    if (up.compareTo(HEALTHY) >= 0) {
      ceilingMillis = FIRST_MILLIS;
    }
  }
}
