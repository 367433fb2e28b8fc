package dev.adit.agent.tunnel.loss;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Notices that tunnels are cut at the same age or after the same number of bytes each time, which a
 * proxy's limit does and nothing else does. Confined to the dialer's loop.
 */
final class CutPattern {
  private static final int TIMES = 3;
  private static final Duration YOUNGEST = Duration.ofSeconds(2);
  private static final Duration AGE_TOLERANCE = Duration.ofSeconds(1);
  private static final long FEWEST_BYTES = 256 * 1024;
  private static final double BYTES_TOLERANCE = 0.1;

  /** Tunnels of one address that are cut within this time were cut by one event. */
  private static final long ONE_EVENT_NANOS = TimeUnit.SECONDS.toNanos(1);

  // state, confined to the loop
  private final Deque<Duration> ages = new ArrayDeque<>();
  private final Deque<Long> sizes = new ArrayDeque<>();
  private long lastNanos;

  /**
   * A tunnel was cut.
   *
   * @param age how long it was up
   * @param sentBytes what this side had sent on it
   * @param nowNanos by a clock that never goes back
   * @return what the last ones have in common, in words, when it is noticed; null otherwise
   */
  @Nullable String add(Duration age, long sentBytes, long nowNanos) {
    boolean sameEvent = !ages.isEmpty() && nowNanos - lastNanos < ONE_EVENT_NANOS;
    lastNanos = nowNanos;
    push(sizes, sentBytes);
    if (!sameEvent) {
      push(ages, age);
      if (isFull(ages) && ages.stream().allMatch(each -> isAlike(each, age))) {
        ages.clear();
        return "at an age of " + age.toSeconds() + " s";
      }
    }
    if (isFull(sizes) && sizes.stream().allMatch(each -> isAlike(each, sentBytes))) {
      sizes.clear();
      return "after " + sentBytes / 1024 + " KiB were sent";
    }
    return null;
  }

  private static <T> void push(Deque<T> last, T next) {
    last.add(next);
    if (last.size() > TIMES) {
      last.remove();
    }
  }

  private static boolean isFull(Deque<?> last) {
    return last.size() == TIMES;
  }

  private static boolean isAlike(Duration one, Duration other) {
    return one.compareTo(YOUNGEST) >= 0 && one.minus(other).abs().compareTo(AGE_TOLERANCE) <= 0;
  }

  private static boolean isAlike(long one, long other) {
    return one >= FEWEST_BYTES
        && Math.abs(one - other) <= BYTES_TOLERANCE * (double) Math.max(one, other);
  }
}
