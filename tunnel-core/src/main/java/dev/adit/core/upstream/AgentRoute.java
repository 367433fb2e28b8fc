package dev.adit.core.upstream;

import dev.adit.core.match.CallMatch;
import dev.adit.core.match.HostPattern;
import java.util.List;

/** Which calls go to an upstream; no hosts mean any, no matches every call. */
public record AgentRoute(
    List<HostPattern> hosts, List<CallMatch> matches, int priority, UpstreamName to) {

  public AgentRoute {
    hosts = List.copyOf(hosts);
    matches = List.copyOf(matches);
  }
}
