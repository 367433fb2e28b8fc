package dev.adit.conformance.site;

import java.util.List;

/**
 * One agent of a site.
 *
 * @param backends the rest of its {@code agent.yaml}: upstreams, routes and whatever else
 */
public record AgentPlan(String id, List<String> groups, String backends) {
  public AgentPlan {
    groups = List.copyOf(groups);
  }

  /** An agent that gives every call to one backend. */
  public static AgentPlan of(String id, String group, String backend) {
    return new AgentPlan(
        id, List.of(group), "upstreams:\n- {name: all, backends: [\"" + backend + "\"]}\n");
  }
}
