package dev.adit.agent.tunnel.loss;

import io.netty.util.concurrent.Ticker;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * When to dial again: the first try after 0 to 1 s, then full jitter over a time that doubles from
 * 1 s to 30 s but is no longer than the trouble has lasted, so that a short outage is over for all
 * agents soon after its end; from the start again after 60 s of health. Confined to the dialer's
 * loop.
 */
public final class Redial {
  private static final long FIRST_MILLIS = 1000;
  private static final long MAX_MILLIS = 30_000;
  private static final long REFUSED_MILLIS = 60_000;
  private static final Duration HEALTHY = Duration.ofSeconds(60);

  // deps
  private final Ticker ticker;

  // state, confined to the loop
  private long ceilingMillis = FIRST_MILLIS;
  private boolean inTrouble;
  private long troubleNanos;

  /** Nothing has been lost yet. */
  public Redial(Ticker ticker) {
    this.ticker = ticker;
  }

  /** The time to wait after a failure. */
  public long nextDelayMillis() {
    if (!inTrouble) {
      inTrouble = true;
      troubleNanos = ticker.nanoTime();
    }
    long lasted = TimeUnit.NANOSECONDS.toMillis(ticker.nanoTime() - troubleNanos);
    long most = Math.max(FIRST_MILLIS, Math.min(ceilingMillis, lasted));
    ceilingMillis = Math.min(MAX_MILLIS, 2 * ceilingMillis);
    return ThreadLocalRandom.current().nextLong(most + 1);
  }

  /** The time to wait after a refusal that only a person can mend. */
  public long refusedDelayMillis() {
    return REFUSED_MILLIS + ThreadLocalRandom.current().nextLong(FIRST_MILLIS);
  }

  /** A tunnel has ended after it was up for so long. */
  public void onEnded(Duration up) {
    if (up.compareTo(HEALTHY) >= 0) {
      ceilingMillis = FIRST_MILLIS;
      inTrouble = false;
    }
  }
}
