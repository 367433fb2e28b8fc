package dev.adit.server.policy;

import dev.adit.core.name.GroupName;
import dev.adit.core.upstream.AgentRoute;
import dev.adit.core.upstream.UpstreamConfig;
import java.util.List;

/**
 * What the server hands to a group's agents (ConfigSync).
 *
 * @param place where it is written, as {@code file:line}
 * @param document the upstreams and routes as YAML, as it goes over the tunnel
 * @param revision equal if the documents are
 */
public record GroupConfig(
    GroupName name,
    String place,
    List<UpstreamConfig> upstreams,
    List<AgentRoute> routes,
    String document,
    String revision) {

  /** The revision of a document that is empty: the group has none. */
  public static final String NO_REVISION = "none";

  public GroupConfig {
    upstreams = List.copyOf(upstreams);
    routes = List.copyOf(routes);
  }

  /** Whether it names a file, which no agent takes from a server. */
  public boolean namesFiles() {
    return upstreams.stream()
        .map(UpstreamConfig::tls)
        .anyMatch(
            tls -> tls != null && (tls.ca() != null || tls.cert() != null || tls.key() != null));
  }
}
