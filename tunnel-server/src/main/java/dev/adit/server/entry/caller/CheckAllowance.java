package dev.adit.server.entry.caller;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.adit.core.peer.PeerNetwork;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * How many signatures each address may have us check. A check is the dearest thing that a stranger
 * can ask of us with one header, so an address has {@value #BURST} of them; one whose signature is
 * good is given back, and one more comes each second. Any thread, without locks.
 *
 * <p>As with rate limits a bucket is a single number: when it will be full again.
 */
final class CheckAllowance {
  static final int BURST = 100;
  static final Duration REFILL = Duration.ofSeconds(1);

  /** Addresses that are remembered. */
  static final int MAX_ADDRESSES = 10_000;

  private static final long CAPACITY_NANOS = REFILL.toNanos() * BURST;

  // shared: atomics only
  private final Cache<PeerNetwork, AtomicLong> fullAt =
      Caffeine.newBuilder().maximumSize(MAX_ADDRESSES).executor(Runnable::run).build();

  /**
   * Takes one: 0 if there was one, else the nanoseconds until there will be.
   *
   * @param nowNanos by a clock that never goes back
   */
  long take(PeerNetwork from, long nowNanos) {
    AtomicLong bucket = fullAt.asMap().computeIfAbsent(from, each -> new AtomicLong(nowNanos));
    while (true) {
      long full = bucket.get();
      long next = (full - nowNanos < 0 ? nowNanos : full) + REFILL.toNanos();
      long missing = next - nowNanos - CAPACITY_NANOS;
      if (missing > 0) {
        return missing;
      }
      if (bucket.compareAndSet(full, next)) {
        return 0;
      }
    }
  }

  /** Gives one back: the signature was good, or has not been looked at. */
  void giveBack(PeerNetwork from) {
    @Nullable AtomicLong bucket = fullAt.getIfPresent(from);
    if (bucket != null) {
      bucket.addAndGet(-REFILL.toNanos());
    }
  }
}
