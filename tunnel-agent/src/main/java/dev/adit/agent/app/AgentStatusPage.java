package dev.adit.agent.app;

import dev.adit.agent.backend.Backend;
import dev.adit.agent.backend.Upstream;
import dev.adit.agent.dispatch.ServedUpstreams;
import dev.adit.agent.sync.HandedStatus;
import dev.adit.agent.tunnel.DialedServer;
import dev.adit.core.tls.CertificateStatus;
import dev.adit.core.tunnel.TunnelStream;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * What {@code /status} answers.
 *
 * @param state running or draining
 * @param connected configured servers that have a tunnel
 * @param dialed every address of every server
 * @param handed what servers hand to groups, and what became of it
 * @param certificates what this agent shows to servers and backends
 * @param warnings what an operator should act on
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
    List<ServerPage> dialed,
    List<UpstreamPage> upstreams,
    List<HandedStatus> handed,
    List<CertificateStatus> certificates,
    List<String> warnings) {
  /**
   * One address of a configured server.
   *
   * @param address empty: the server's name has none
   * @param problem why there is no tunnel; empty: there is one, or none was lost or refused yet
   */
  public record ServerPage(
      String server, String address, String problem, List<TunnelPage> tunnels) {
    static ServerPage of(DialedServer dialed, List<?> loops) {
      return new ServerPage(
          dialed.server().toString(),
          dialed.address(),
          dialed.problem(),
          dialed.tunnels().stream().map(tunnel -> TunnelPage.of(tunnel, loops)).toList());
    }
  }

  /**
   * One tunnel that takes calls.
   *
   * @param loop of the agent's
   * @param rttMicros -1 before it is measured
   */
  public record TunnelPage(int loop, long rttMicros, int calls) {
    static TunnelPage of(TunnelStream tunnel, List<?> loops) {
      long rtt = tunnel.rttNanos();
      return new TunnelPage(
          loops.indexOf(tunnel.loop()),
          rtt < 0 ? -1 : TimeUnit.NANOSECONDS.toMicros(rtt),
          tunnel.callCount());
    }
  }

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
