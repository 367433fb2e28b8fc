package dev.adit.server.dispatch.placement;

import dev.adit.server.registry.AgentGroup;
import dev.adit.server.registry.AgentSession;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Chooses one agent of a group. Any thread. */
final class AgentPicker {
  private AgentPicker() {}

  /**
   * An agent with a free slot, which is taken.
   *
   * @param tried agents the call has been on already; never chosen
   * @return null if every agent is full or tried
   */
  static @Nullable AgentSession pick(AgentGroup group, Choice choice, List<AgentSession> tried) {
    List<AgentSession> agents = group.choosable();
    if (agents.size() == 1) {
      return begun(agents.get(0), tried);
    }
    return switch (choice.kind()) {
      case LEAST_CALLS -> leastOfTwo(agents, tried);
      case ROUND_ROBIN -> inTurn(agents, choice.key(), tried);
      case HASH -> nearest(agents, choice.key(), tried);
    };
  }

  /** Of two random agents the one with fewer calls in flight (P2C). */
  private static @Nullable AgentSession leastOfTwo(
      List<AgentSession> agents, List<AgentSession> tried) {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    AgentSession one = agents.get(random.nextInt(agents.size()));
    AgentSession two = agents.get(random.nextInt(agents.size()));
    AgentSession chosen = begun(one.calls() <= two.calls() ? one : two, tried);
    return chosen == null ? leastLoaded(agents, tried) : chosen;
  }

  /** The slow way, when chance hit agents that are full or tried. */
  private static @Nullable AgentSession leastLoaded(
      List<AgentSession> agents, List<AgentSession> tried) {
    return bestBegun(agents, tried, (agent, best) -> agent.calls() < best.calls());
  }

  /** Whether one agent is better than another. */
  private interface Better {
    boolean test(AgentSession agent, AgentSession best);
  }

  /**
   * The best of those that have room. Another loop may take its last slot meanwhile; then it is the
   * best of those that are left.
   */
  private static @Nullable AgentSession bestBegun(
      List<AgentSession> agents, List<AgentSession> tried, Better better) {
    while (true) {
      AgentSession best = null;
      for (AgentSession agent : agents) {
        if (!tried.contains(agent)
            && !agent.isFull()
            && (best == null || better.test(agent, best))) {
          best = agent;
        }
      }
      if (best == null || best.tryBegin()) {
        return best;
      }
    }
  }

  private static @Nullable AgentSession inTurn(
      List<AgentSession> agents, int turn, List<AgentSession> tried) {
    for (int i = 0; i < agents.size(); i++) {
      AgentSession agent =
          begun(agents.get(Integer.remainderUnsigned(turn + i, agents.size())), tried);
      if (agent != null) {
        return agent;
      }
    }
    return null;
  }

  /**
   * Rendezvous hashing: each key ranks the agents in its own order, which only the coming and going
   * of the first changes.
   */
  private static @Nullable AgentSession nearest(
      List<AgentSession> agents, int key, List<AgentSession> tried) {
    return bestBegun(
        agents,
        tried,
        (agent, best) -> rank(key, agent.id().hashCode()) > rank(key, best.id().hashCode()));
  }

  /** Spreads every bit of both over all bits (the finalizer of MurmurHash3). */
  private static int rank(int key, int agent) {
    int mixed = key * 31 + agent;
    mixed = (mixed ^ (mixed >>> 16)) * 0x85ebca6b;
    mixed = (mixed ^ (mixed >>> 13)) * 0xc2b2ae35;
    return mixed ^ (mixed >>> 16);
  }

  private static @Nullable AgentSession begun(AgentSession agent, List<AgentSession> tried) {
    return !tried.contains(agent) && agent.tryBegin() ? agent : null;
  }
}
