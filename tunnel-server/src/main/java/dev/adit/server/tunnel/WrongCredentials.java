package dev.adit.server.tunnel;

import dev.adit.core.peer.PeerNetwork;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Slows those who try credentials: beyond a few refusals within a minute, each to the same network
 * takes longer. Whoever has a good credential is not kept waiting, whatever its neighbours do. Any
 * thread.
 */
final class WrongCredentials {
  static final int FREE = 3;
  static final Duration WINDOW = Duration.ofMinutes(1);
  private static final long FIRST_MILLIS = 250;
  static final long MOST_MILLIS = 8000;

  /** Networks that are remembered; the one that was refused longest ago is forgotten first. */
  static final int MOST_NETWORKS = 10_000;

  /**
   * @param count refusals since then
   */
  private record Refusals(long sinceNanos, int count) {}

  // shared, guarded by this
  private final Map<PeerNetwork, Refusals> byNetwork =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<PeerNetwork, Refusals> eldest) {
          return size() > MOST_NETWORKS;
        }
      };

  /**
   * A credential from this network is no good.
   *
   * @param nowNanos by a clock that never goes back
   * @return how long to wait before that is said
   */
  synchronized long delayMillis(PeerNetwork from, long nowNanos) {
    @Nullable Refusals before = byNetwork.get(from);
    Refusals now = new Refusals(nowNanos, 1);
    if (before != null && nowNanos - before.sinceNanos() < WINDOW.toNanos()) {
      now = new Refusals(before.sinceNanos(), before.count() + 1);
    }
    byNetwork.put(from, now);
    int beyond = now.count() - FREE;
    return beyond <= 0 ? 0 : Math.min(MOST_MILLIS, FIRST_MILLIS << Math.min(beyond - 1, 5));
  }

  /**
   * Whether the last refusal of this network is worth a line: the first few are, then ever fewer.
   */
  synchronized boolean isTold(PeerNetwork from) {
    @Nullable Refusals last = byNetwork.get(from);
    return last == null || last.count() <= FREE + 1 || Integer.bitCount(last.count()) == 1;
  }

  synchronized int networks() {
    return byNetwork.size();
  }
}
