package dev.adit.server.policy;

import dev.adit.core.name.GroupName;
import dev.adit.core.upstream.AgentRoute;
import dev.adit.core.upstream.UpstreamConfig;
import java.util.List;

/**
 * What the server hands to a group's agents (ConfigSync).
 *
 * @param document the upstreams and routes as YAML, as it goes over the tunnel
 * @param revision equal if the documents are
 */
public record GroupConfig(
    GroupName name,
    List<UpstreamConfig> upstreams,
    List<AgentRoute> routes,
    String document,
    String revision) {

  public GroupConfig {
    upstreams = List.copyOf(upstreams);
    routes = List.copyOf(routes);
  }
}
