package dev.adit.agent.app;

import dev.adit.agent.backend.Backend;
import dev.adit.agent.backend.Upstream;
import dev.adit.agent.dispatch.ServedUpstreams;
import dev.adit.agent.sync.HandedStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What {@code /status} answers.
 *
 * @param state running or draining
 * @param connected configured servers that have a tunnel
 * @param handed what servers hand to groups, and what became of it
 */
public record AgentStatusPage(
    String state,
    String agent,
    String instance,
    String version,
    String since,
    int connected,
    List<String> servers,
    long callsRunning,
    long callsTotal,
    List<UpstreamPage> upstreams,
    List<HandedStatus> handed) {
  /**
   * One upstream.
   *
   * @param group the group whose server handed it out; empty: of the agent's own file
   */
  public record UpstreamPage(String group, String name, List<BackendPage> backends) {
    static UpstreamPage of(String group, Upstream upstream) {
      return new UpstreamPage(
          group,
          upstream.name().value(),
          upstream.backends().stream().map(BackendPage::of).toList());
    }
  }

  /** All upstreams: the agent's own, then those of each group. */
  static List<UpstreamPage> upstreams(ServedUpstreams served) {
    List<UpstreamPage> pages = new ArrayList<>();
    served.own().upstreams().upstreams().forEach(each -> pages.add(UpstreamPage.of("", each)));
    new TreeMap<>(
            served.handed().entrySet().stream()
                .collect(
                    Collectors.toMap(entry -> entry.getKey().value(), entry -> entry.getValue())))
        .forEach(
            (group, routed) ->
                routed
                    .upstreams()
                    .upstreams()
                    .forEach(each -> pages.add(UpstreamPage.of(group, each))));
    return pages;
  }

  /** One backend of an upstream. */
  public record BackendPage(
      String address, boolean reachable, boolean healthy, String circuit, int calls) {
    static BackendPage of(Backend backend) {
      return new BackendPage(
          backend.address().toString(),
          !backend.isUnreachable(),
          backend.isHealthy(),
          backend.circuit(),
          backend.calls());
    }
  }
}
