package dev.adit.conformance.site;

import java.time.Duration;
import java.util.List;

/**
 * One agent of a site.
 *
 * @param backends the rest of its {@code agent.yaml}: upstreams, routes and whatever else
 */
public record AgentPlan(String id, List<String> groups, String backends, Duration drainGrace) {
  private static final Duration SHORT = Duration.ofSeconds(2);

  public AgentPlan {
    groups = List.copyOf(groups);
  }

  /** An agent that does not wait long for its calls when it is stopped. */
  public AgentPlan(String id, List<String> groups, String backends) {
    this(id, groups, backends, SHORT);
  }

  public AgentPlan withDrainGrace(Duration grace) {
    return new AgentPlan(id, groups, backends, grace);
  }

  /** An agent that gives every call to one backend. */
  public static AgentPlan of(String id, String group, String backend) {
    return new AgentPlan(
        id, List.of(group), "upstreams:\n- {name: all, backends: [\"" + backend + "\"]}\n");
  }
}
