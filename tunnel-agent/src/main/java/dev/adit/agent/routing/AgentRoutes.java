package dev.adit.agent.routing;

import dev.adit.core.call.CallHeaders;
import dev.adit.core.match.MatchEntry;
import dev.adit.core.match.table.MatchTable;
import dev.adit.core.name.GroupName;
import dev.adit.core.upstream.AgentRoute;
import dev.adit.core.upstream.UpstreamConfig;
import dev.adit.core.upstream.UpstreamName;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The routes of one set of upstreams, compiled: the most specific match wins, as among the server's
 * rules. Immutable but for a cache; any thread.
 */
public final class AgentRoutes {

  private final @Nullable UpstreamName only;
  private final MatchTable<UpstreamName> table;

  private AgentRoutes(@Nullable UpstreamName only, MatchTable<UpstreamName> table) {
    this.only = only;
    this.table = table;
  }

  /**
   * Compiles routes.
   *
   * @param routes none: the only upstream takes all
   */
  public static AgentRoutes of(List<UpstreamConfig> upstreams, List<AgentRoute> routes) {
    List<MatchEntry<UpstreamName>> entries = new ArrayList<>();
    for (AgentRoute route : routes) {
      entries.add(new MatchEntry<>(route.hosts(), route.matches(), route.priority(), route.to()));
    }
    boolean takesAll = routes.isEmpty() && upstreams.size() == 1;
    return new AgentRoutes(takesAll ? upstreams.get(0).name() : null, MatchTable.of(entries));
  }

  /** Whether one upstream takes every call, of whatever group. */
  public boolean takesAll() {
    return only != null;
  }

  /**
   * The upstream for a call, or null if no route is for it.
   *
   * @param headers borrowed for the time of the call
   * @param group the group the server has chosen
   */
  public @Nullable UpstreamName route(CallHeaders headers, GroupName group) {
    return only != null ? only : table.find(headers, group);
  }
}
