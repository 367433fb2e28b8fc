package dev.adit.server.registry;

import dev.adit.core.name.AgentId;
import io.netty.util.concurrent.Ticker;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/** Who took whose place in the last minute. Bounded; any thread. */
final class Takeovers {
  private static final long REMEMBERED_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final int MANY = 3;
  private static final int MAX_REMEMBERED = 10_000;

  private record Takeover(AgentId id, long nanos) {}

  private final Ticker ticker;

  // shared: guarded by the monitor
  private final ArrayDeque<Takeover> recent = new ArrayDeque<>();

  Takeovers() {
    this(Ticker.systemTicker());
  }

  Takeovers(Ticker ticker) {
    this.ticker = ticker;
  }

  synchronized void add(AgentId id) {
    if (recent.size() >= MAX_REMEMBERED) {
      recent.remove();
    }
    recent.add(new Takeover(id, ticker.nanoTime()));
  }

  /** Agents with three takeovers or more within the minute. */
  synchronized Set<AgentId> contested() {
    long now = ticker.nanoTime();
    while (!recent.isEmpty() && now - recent.element().nanos() > REMEMBERED_NANOS) {
      recent.remove();
    }
    Map<AgentId, Integer> counts = new HashMap<>();
    recent.forEach(each -> counts.merge(each.id(), 1, Integer::sum));
    Set<AgentId> contested = new TreeSet<>((one, two) -> one.value().compareTo(two.value()));
    counts.forEach(
        (id, count) -> {
          if (count >= MANY) {
            contested.add(id);
          }
        });
    return contested;
  }
}
