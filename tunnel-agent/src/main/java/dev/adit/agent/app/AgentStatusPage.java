package dev.adit.agent.app;

import dev.adit.agent.backend.Backend;
import dev.adit.agent.backend.Upstream;
import java.util.List;

/**
 * What {@code /status} answers.
 *
 * @param state running or draining
 * @param connected configured servers that have a tunnel
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
    List<UpstreamPage> upstreams) {
  /** One upstream. */
  public record UpstreamPage(String name, List<BackendPage> backends) {
    static UpstreamPage of(Upstream upstream) {
      return new UpstreamPage(
          upstream.name().value(), upstream.backends().stream().map(BackendPage::of).toList());
    }
  }

  /** One backend of an upstream. */
  public record BackendPage(String address, boolean reachable, int calls) {
    static BackendPage of(Backend backend) {
      return new BackendPage(
          backend.address().toString(), !backend.isUnreachable(), backend.calls());
    }
  }
}
