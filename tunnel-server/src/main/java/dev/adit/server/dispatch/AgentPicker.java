package dev.adit.server.dispatch;

import dev.adit.server.registry.AgentGroup;
import dev.adit.server.registry.AgentSession;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Chooses one agent of a group: of two random ones the one with fewer calls in flight (P2C). Any
 * thread.
 */
final class AgentPicker {
  private AgentPicker() {}

  /**
   * An agent with a free slot, which is taken.
   *
   * @param tried agents the call has been on already; never chosen
   * @return null if every agent is full or tried
   */
  static @Nullable AgentSession pick(AgentGroup group, List<AgentSession> tried) {
    List<AgentSession> agents = group.agents();
    int count = agents.size();
    if (count == 1) {
      return begun(agents.get(0), tried);
    }
    ThreadLocalRandom random = ThreadLocalRandom.current();
    AgentSession one = agents.get(random.nextInt(count));
    AgentSession two = agents.get(random.nextInt(count));
    AgentSession chosen = begun(one.calls() <= two.calls() ? one : two, tried);
    return chosen == null ? leastLoaded(agents, tried) : chosen;
  }

  /** The slow way, when chance hit agents that are full or tried. */
  private static @Nullable AgentSession leastLoaded(
      List<AgentSession> agents, List<AgentSession> tried) {
    AgentSession best = null;
    for (AgentSession agent : agents) {
      if (!tried.contains(agent)
          && !agent.isFull()
          && (best == null || agent.calls() < best.calls())) {
        best = agent;
      }
    }
    return best == null ? null : begun(best, tried);
  }

  private static @Nullable AgentSession begun(AgentSession agent, List<AgentSession> tried) {
    return !tried.contains(agent) && agent.tryBegin() ? agent : null;
  }
}
