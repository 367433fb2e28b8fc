package dev.adit.server.registry;

import dev.adit.core.name.GroupName;
import java.util.List;

/**
 * The agents that serve one group now, in the order in which they came.
 *
 * @param agents each has a tunnel that takes calls
 */
public record AgentGroup(GroupName name, List<AgentSession> agents) {
  public AgentGroup {
    agents = List.copyOf(agents);
  }
}
