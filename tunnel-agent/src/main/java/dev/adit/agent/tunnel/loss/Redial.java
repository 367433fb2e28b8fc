package dev.adit.agent.tunnel.loss;

import io.grpc.Status;
import io.netty.util.concurrent.Ticker;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * When to dial again: the first try after 0 to 1 s, then full jitter over a time that doubles from
 * 1 s to 30 s but is no longer than the trouble has lasted, and in its first minute no longer than
 * 3 s, so that a short outage is over for all agents soon after its end; from the start again after
 * 60 s of health. Confined to the dialer's loop.
 */
final class Redial {
  private static final long FIRST_MILLIS = 1000;
  private static final long MAX_MILLIS = 30_000;
  private static final long REFUSED_MILLIS = 60_000;

  // A restart: agents are back before a new server stops waiting for them (tunnel.awaitAgents).
  private static final long RESTART_MILLIS = 60_000;
  private static final long MAX_IN_RESTART_MILLIS = 3000;
  private static final Duration HEALTHY = Duration.ofSeconds(60);

  // A server must not choose how often we dial, nor for how long we stay away.
  private static final long SOONEST_MILLIS = 1000;
  private static final long LATEST_MILLIS = 600_000;

  // deps
  private final Ticker ticker;

  // state, confined to the loop
  private long ceilingMillis = FIRST_MILLIS;
  private boolean inTrouble;
  private long troubleNanos;

  /** Nothing has been lost yet. */
  Redial(Ticker ticker) {
    this.ticker = ticker;
  }

  /** The time to wait after a failure. */
  long nextDelayMillis() {
    if (!inTrouble) {
      inTrouble = true;
      troubleNanos = ticker.nanoTime();
    }
    long lasted = TimeUnit.NANOSECONDS.toMillis(ticker.nanoTime() - troubleNanos);
    long bound = lasted < RESTART_MILLIS ? Math.min(lasted, MAX_IN_RESTART_MILLIS) : lasted;
    long most = Math.max(FIRST_MILLIS, Math.min(ceilingMillis, bound));
    ceilingMillis = Math.min(MAX_MILLIS, 2 * ceilingMillis);
    return ThreadLocalRandom.current().nextLong(most + 1);
  }

  /**
   * Whether a tunnel, or a dial, that ended like this was refused, which only a person can mend.
   */
  static boolean isRefusal(Status status) {
    return switch (status.getCode()) {
      case UNAUTHENTICATED, PERMISSION_DENIED, INVALID_ARGUMENT, UNIMPLEMENTED -> true;
      default -> false;
    };
  }

  /** The time to wait after a refusal. */
  long refusedDelayMillis() {
    return REFUSED_MILLIS;
  }

  /**
   * What is added to a time that is not of our own choice: a server tells all its agents the same,
   * and at the same time.
   */
  long spreadMillis() {
    return ThreadLocalRandom.current().nextLong(FIRST_MILLIS);
  }

  /** The time to wait at least where the server has said how long. */
  long askedDelayMillis(long askedMillis) {
    return Math.max(SOONEST_MILLIS, Math.min(askedMillis, LATEST_MILLIS));
  }

  /** A tunnel has ended after it was up for so long. */
  void onEnded(Duration up) {
    if (up.compareTo(HEALTHY) >= 0) {
      ceilingMillis = FIRST_MILLIS;
      inTrouble = false;
    }
  }
}
