package dev.adit.server.policy;

import io.netty.util.AsciiString;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A token bucket that fills with {@code calls} tokens {@code per} duration.
 *
 * @param burst how many tokens the bucket holds
 * @param keyHeader each value of this header has a bucket of its own; null: one for the whole rule
 */
public record RateLimit(int calls, Duration per, int burst, @Nullable AsciiString keyHeader) {

  /** Time in which one token arrives. */
  public long nanosPerCall() {
    return Math.max(1, per.toNanos() / calls);
  }
}
