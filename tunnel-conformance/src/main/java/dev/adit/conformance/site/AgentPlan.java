package dev.adit.conformance.site;

import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * One agent of a site.
 *
 * @param namesGroups whether its {@code agent.yaml} names them too; if not, it serves all of its
 *     line
 * @param backends the rest of its {@code agent.yaml}: upstreams, routes and whatever else
 */
public record AgentPlan(
    String id,
    List<String> groups,
    boolean namesGroups,
    String backends,
    Duration drainGrace,
    UnaryOperator<String> way) {
  private static final Duration SHORT = Duration.ofSeconds(2);

  public AgentPlan {
    groups = List.copyOf(groups);
  }

  /** An agent that does not wait long for its calls when it is stopped. */
  public AgentPlan(String id, List<String> groups, String backends) {
    this(id, groups, true, backends, SHORT, UnaryOperator.identity());
  }

  /** The same that serves whatever its line has. */
  public AgentPlan withWholeLine() {
    return new AgentPlan(id, groups, false, backends, drainGrace, way);
  }

  public AgentPlan withDrainGrace(Duration grace) {
    return new AgentPlan(id, groups, namesGroups, backends, grace, way);
  }

  /** The same over a link that stands between the agent and the server. */
  public AgentPlan withWay(UnaryOperator<String> newWay) {
    return new AgentPlan(id, groups, namesGroups, backends, drainGrace, newWay);
  }

  /** An agent that gives every call to one backend. */
  public static AgentPlan of(String id, String group, String backend) {
    return new AgentPlan(
        id, List.of(group), "upstreams:\n- {name: all, backends: [\"" + backend + "\"]}\n");
  }
}
