package dev.adit.server.tunnel;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Slows those who try credentials: beyond a few refusals within a minute, each to the same address
 * takes longer. Whoever has a good credential is not kept waiting, whatever its neighbours do. Any
 * thread.
 */
final class WrongCredentials {
  static final int FREE = 3;
  static final Duration WINDOW = Duration.ofMinutes(1);
  private static final long FIRST_MILLIS = 250;
  static final long MOST_MILLIS = 8000;

  /** Addresses that are remembered; the one that was refused longest ago is forgotten first. */
  static final int MOST_ADDRESSES = 10_000;

  /**
   * @param count refusals since then
   */
  private record Refusals(long sinceNanos, int count) {}

  // shared, guarded by this
  private final Map<String, Refusals> byAddress =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Refusals> eldest) {
          return size() > MOST_ADDRESSES;
        }
      };

  /**
   * A credential from this address is no good.
   *
   * @param nowNanos by a clock that never goes back
   * @return how long to wait before that is said
   */
  synchronized long delayMillis(String address, long nowNanos) {
    @Nullable Refusals before = byAddress.get(address);
    Refusals now = new Refusals(nowNanos, 1);
    if (before != null && nowNanos - before.sinceNanos() < WINDOW.toNanos()) {
      now = new Refusals(before.sinceNanos(), before.count() + 1);
    }
    byAddress.put(address, now);
    int beyond = now.count() - FREE;
    return beyond <= 0 ? 0 : Math.min(MOST_MILLIS, FIRST_MILLIS << Math.min(beyond - 1, 5));
  }

  /**
   * Whether the last refusal of this address is worth a line: the first few are, then ever fewer.
   */
  synchronized boolean isTold(String address) {
    @Nullable Refusals last = byAddress.get(address);
    return last == null || last.count() <= FREE + 1 || Integer.bitCount(last.count()) == 1;
  }

  synchronized int addresses() {
    return byAddress.size();
  }
}
