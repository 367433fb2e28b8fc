package dev.adit.agent.tunnel;

import dev.adit.agent.dispatch.CallDispatcher;
import dev.adit.agent.dispatch.UpstreamHealth;
import dev.adit.proto.v1.AgentStatus;
import dev.adit.proto.v1.Frame;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Tells each server how the agent's upstreams are: when a tunnel comes up, and when something has
 * changed since. Confined to the dialer's loop.
 */
final class StatusReport {
  private static final int MAX_UPSTREAMS = 1000;

  /** What a server was told last, and on which tunnel. */
  private record Told(DialedTunnel tunnel, AgentStatus status) {}

  private final CallDispatcher dispatcher;

  // state, confined to the loop
  private final Map<String, Told> told = new HashMap<>();
  private List<UpstreamHealth> known = List.of();

  StatusReport(CallDispatcher dispatcher) {
    this.dispatcher = dispatcher;
  }

  /** Whether the upstreams are otherwise than they were when servers were told of them. */
  boolean isNews() {
    return !dispatcher.upstreams().equals(known);
  }

  /**
   * Tells what is news.
   *
   * @param tunnels one of each server's, by server id
   */
  void tell(Map<String, DialedTunnel> tunnels) {
    told.keySet().retainAll(tunnels.keySet());
    known = dispatcher.upstreams();
    AgentStatus now = status();
    tunnels.forEach(
        (server, tunnel) -> {
          Told last = told.get(server);
          if (last == null || last.tunnel() != tunnel || !last.status().equals(now)) {
            told.put(server, new Told(tunnel, now));
            tunnel.send(Frame.newBuilder().setAgentStatus(now).build());
          }
        });
  }

  private AgentStatus status() {
    AgentStatus.Builder status = AgentStatus.newBuilder();
    for (UpstreamHealth each : known) {
      if (status.getUpstreamsCount() < MAX_UPSTREAMS) {
        status.addUpstreams(
            AgentStatus.Upstream.newBuilder()
                .setGroup(each.group())
                .setName(each.name())
                .setBackends(each.backends())
                .setHealthy(each.usable()));
      }
    }
    return status.build();
  }
}
