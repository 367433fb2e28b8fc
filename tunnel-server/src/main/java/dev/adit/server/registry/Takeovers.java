package dev.adit.server.registry;

import dev.adit.core.name.AgentId;
import io.netty.util.concurrent.Ticker;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/** Which runs of agents lost their place in the last minutes. Bounded; any thread. */
final class Takeovers {
  /** Two runs that dial again as they should take each other's place once a minute. */
  private static final long REMEMBERED_NANOS = TimeUnit.MINUTES.toNanos(5);

  /**
   * So long a run that has lost its place may still dial because it has not heard of it: a dial and
   * the challenge before it is told.
   */
  private static final long UNHEARD_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final int MANY = 3;
  private static final int MAX_REMEMBERED = 10_000;

  private record Takeover(AgentId id, String ousted, long nanos) {}

  private final Ticker ticker;

  // shared: guarded by the monitor
  private final ArrayDeque<Takeover> recent = new ArrayDeque<>();

  Takeovers() {
    this(Ticker.systemTicker());
  }

  Takeovers(Ticker ticker) {
    this.ticker = ticker;
  }

  /**
   * Another run of the agent has its place.
   *
   * @param ousted the run that has not
   */
  synchronized void add(AgentId id, String ousted) {
    if (recent.size() >= MAX_REMEMBERED) {
      recent.remove();
    }
    recent.add(new Takeover(id, ousted, ticker.nanoTime()));
  }

  /** Whether this run has just lost its place, and may not know it yet. */
  synchronized boolean isOusted(AgentId id, String instance) {
    long now = ticker.nanoTime();
    return recent.stream()
        .anyMatch(
            each ->
                now - each.nanos() <= UNHEARD_NANOS
                    && each.id().equals(id)
                    && each.ousted().equals(instance));
  }

  /** Agents with three takeovers or more within five minutes. */
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
