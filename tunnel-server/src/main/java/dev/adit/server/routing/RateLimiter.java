package dev.adit.server.routing;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.adit.core.call.HeaderFields;
import dev.adit.server.policy.RateLimit;
import io.netty.util.AsciiString;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Token buckets of one rule: one, or one for each value of a header. Any thread, without locks.
 *
 * <p>A bucket is a single number, the time at which it will be full again (the GCRA form of a token
 * bucket). So one that nobody asks for costs nothing to refill, and forgetting the least used ones
 * bounds the memory.
 */
final class RateLimiter {

  private static final int MAX_BUCKETS = 100_000;

  /** Longer header values share one bucket: a caller must not choose how much we remember. */
  private static final int MAX_KEY_BYTES = 256;

  private final RateLimit limit;
  private final long nanosPerCall;
  private final long capacityNanos;

  // shared: atomics only
  private final AtomicLong wholeRule = new AtomicLong(Long.MIN_VALUE);
  private final AtomicLong longKeys = new AtomicLong(Long.MIN_VALUE);
  private final Cache<AsciiString, AtomicLong> buckets =
      Caffeine.newBuilder().maximumSize(MAX_BUCKETS).executor(Runnable::run).build();

  RateLimiter(RateLimit limit) {
    this.limit = limit;
    this.nanosPerCall = limit.nanosPerCall();
    this.capacityNanos = Math.multiplyExact(nanosPerCall, limit.burst());
  }

  RateLimit limit() {
    return limit;
  }

  /**
   * Takes a token: 0 if there was one, else the nanoseconds until there will be one.
   *
   * @param fields borrowed
   * @param nanoTime now, by a clock that never goes back
   */
  long take(HeaderFields fields, long nanoTime) {
    AtomicLong bucket = bucket(fields);
    while (true) {
      long fullAt = bucket.get();
      boolean untouched = fullAt == Long.MIN_VALUE || fullAt - nanoTime < 0;
      long next = (untouched ? nanoTime : fullAt) + nanosPerCall;
      long missing = next - nanoTime - capacityNanos;
      if (missing > 0) {
        return missing;
      }
      if (bucket.compareAndSet(fullAt, next)) {
        return 0;
      }
    }
  }

  private AtomicLong bucket(HeaderFields fields) {
    @Nullable AsciiString header = limit.keyHeader();
    if (header == null) {
      return wholeRule;
    }
    @Nullable AsciiString value = fields.get(header);
    AsciiString key = value == null ? AsciiString.EMPTY_STRING : value;
    if (key.length() > MAX_KEY_BYTES) {
      return longKeys;
    }
    @Nullable AtomicLong known = buckets.getIfPresent(key);
    return known != null ? known : newBucket(key);
  }

  private AtomicLong newBucket(AsciiString key) {
    AsciiString owned = new AsciiString(key.array(), key.arrayOffset(), key.length(), true);
    return buckets.asMap().computeIfAbsent(owned, k -> new AtomicLong(Long.MIN_VALUE));
  }
}
