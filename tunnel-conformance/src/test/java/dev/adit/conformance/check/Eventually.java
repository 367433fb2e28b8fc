package dev.adit.conformance.check;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.Callable;

/** Waits for what comes true by itself. */
public final class Eventually {
  private static final Duration BOUND = Duration.ofSeconds(10);
  private static final Duration POLL = Duration.ofMillis(2);

  private Eventually() {}

  /** Nothing is left, in words; if something is, they are in the failure. */
  public static void empty(Callable<String> leftovers) {
    await()
        .atMost(BOUND)
        .pollDelay(Duration.ZERO)
        .pollInterval(POLL)
        .until(leftovers, String::isEmpty);
  }

  /** Time passes. */
  public static void pass(Duration time) {
    await().pollDelay(time).atMost(time.plus(BOUND)).until(() -> true);
  }

  /** The fact holds. */
  public static void holds(String what, Callable<Boolean> fact) {
    holds(what, BOUND, fact);
  }

  /** The fact holds within a time that what is waited for may need. */
  public static void holds(String what, Duration bound, Callable<Boolean> fact) {
    await(what).atMost(bound).pollDelay(Duration.ZERO).pollInterval(POLL).until(fact);
  }
}
