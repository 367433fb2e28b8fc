package dev.adit.agent.dispatch;

import dev.adit.agent.backend.Upstream;
import dev.adit.agent.backend.UpstreamTable;
import dev.adit.agent.routing.AgentRoutes;
import dev.adit.core.call.CallHeaders;
import dev.adit.core.name.GroupName;
import dev.adit.core.upstream.UpstreamName;
import org.jspecify.annotations.Nullable;

/** A set of upstreams and the routes among them. Any thread. */
public record RoutedUpstreams(AgentRoutes routes, UpstreamTable upstreams) {
  /**
   * The upstream for a call, or null if no route is for it.
   *
   * @param headers borrowed for the time of the call
   */
  @Nullable Upstream find(CallHeaders headers, GroupName group) {
    UpstreamName name = routes.route(headers, group);
    return name == null ? null : upstreams.upstream(name);
  }
}
