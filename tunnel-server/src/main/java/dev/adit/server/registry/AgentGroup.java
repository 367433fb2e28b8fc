package dev.adit.server.registry;

import dev.adit.core.name.GroupName;
import java.util.List;

/**
 * The agents that serve one group now, in the order in which they came.
 *
 * @param agents each has a tunnel that takes calls
 * @param healthy those of them that are heard and whose backends are not all down
 */
public record AgentGroup(GroupName name, List<AgentSession> agents, List<AgentSession> healthy) {
  public AgentGroup {
    agents = List.copyOf(agents);
    healthy = List.copyOf(healthy);
  }

  /** A group as its agents are now. */
  static AgentGroup of(GroupName name, List<AgentSession> agents) {
    return new AgentGroup(
        name, agents, agents.stream().filter(agent -> agent.isHealthy(name)).toList());
  }

  /**
   * The agents to choose from: the healthy ones, or all if none is, since an agent that says so may
   * be wrong and can tell the caller best what is the matter.
   */
  public List<AgentSession> choosable() {
    return healthy.isEmpty() ? agents : healthy;
  }
}
