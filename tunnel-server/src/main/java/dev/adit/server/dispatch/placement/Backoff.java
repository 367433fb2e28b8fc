package dev.adit.server.dispatch.placement;

import dev.adit.core.call.HeaderFields;
import dev.adit.core.http2.HeaderNames;
import dev.adit.server.policy.RetryPolicy;
import io.netty.util.AsciiString;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * How long to wait before each retry of one call (gRFC A6, "Exponential Backoff" and "Pushback"):
 * the policy's time, 20 % more or less, unless the backend says otherwise. Confined to one thread.
 */
final class Backoff {
  /** The backend wants no retry. */
  static final long NEVER = -1;

  private static final double LEAST_PART = 0.8;
  private static final double MOST_PART = 1.2;

  private final RetryPolicy policy;
  private double nextNanos;

  Backoff(RetryPolicy policy) {
    this.policy = policy;
    nextNanos = (double) policy.initialBackoff().toNanos();
  }

  /** Nanoseconds to wait when nobody has said anything of it. */
  long nextNanos() {
    double part = ThreadLocalRandom.current().nextDouble(LEAST_PART, MOST_PART);
    double most = (double) policy.maxBackoff().toNanos();
    double wait = Math.min(nextNanos, most);
    nextNanos = Math.min(wait * policy.backoffMultiplier(), most);
    return (long) (wait * part);
  }

  /**
   * Nanoseconds to wait after this answer, or {@link #NEVER}. A pushback starts the policy's times
   * over; one that is negative or no number forbids a retry.
   *
   * @param answer borrowed
   */
  long nextNanos(HeaderFields answer) {
    AsciiString pushback = answer.get(HeaderNames.GRPC_RETRY_PUSHBACK_MS);
    if (pushback == null) {
      return nextNanos();
    }
    try {
      int millis = pushback.parseInt();
      nextNanos = (double) policy.initialBackoff().toNanos();
      return millis < 0 ? NEVER : TimeUnit.MILLISECONDS.toNanos(millis);
    } catch (NumberFormatException e) {
      return NEVER;
    }
  }
}
