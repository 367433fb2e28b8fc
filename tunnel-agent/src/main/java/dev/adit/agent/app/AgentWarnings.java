package dev.adit.agent.app;

import dev.adit.agent.dispatch.UpstreamHealth;
import dev.adit.agent.sync.HandedStatus;
import dev.adit.agent.tunnel.DialedServer;
import dev.adit.core.flow.MemoryBudget;
import dev.adit.core.tls.CertificateStatus;
import dev.adit.core.tls.FollowedTls;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** What the owner of an agent should look at now, a line each. Any thread. */
final class AgentWarnings {
  /** Of one kind. */
  private static final int MOST = 20;

  // deps
  private final boolean insecure;
  private final MemoryBudget memory;
  private final Supplier<List<FollowedTls>> tls;

  /**
   * @param insecure whether tunnels are in clear text
   * @param tls gives what knows what is wrong with TLS files, those of upstreams that serve now
   *     included
   */
  AgentWarnings(boolean insecure, MemoryBudget memory, Supplier<List<FollowedTls>> tls) {
    this.insecure = insecure;
    this.memory = memory;
    this.tls = tls;
  }

  /** The warnings of this moment, the worst first; empty if all is well. */
  List<String> lines(
      List<DialedServer> servers,
      List<UpstreamHealth> upstreams,
      List<HandedStatus> handed,
      List<CertificateStatus> certificates) {
    List<String> lines = new ArrayList<>();
    if (memory.isExhausted()) {
      lines.add("short of memory: new calls are refused (agent-overloaded)");
    }
    servers.stream()
        .filter(each -> !each.problem().isEmpty())
        .limit(MOST)
        .forEach(each -> lines.add("no tunnel to " + each.server() + ": " + each.problem()));
    upstreams.stream()
        .filter(each -> each.usable() == 0)
        .limit(MOST)
        .forEach(each -> lines.add("no backend of upstream " + each.name() + " takes calls"));
    handed.stream()
        .filter(each -> !each.served())
        .limit(MOST)
        .forEach(
            each ->
                lines.add(
                    "the configuration of group "
                        + each.group()
                        + " by "
                        + each.server()
                        + " is refused: "
                        + each.message()));
    tls.get().stream()
        .map(FollowedTls::problem)
        .filter(problem -> !problem.isEmpty())
        .limit(MOST)
        .forEach(lines::add);
    lines.addAll(CertificateStatus.warnings(certificates, Instant.now()));
    if (insecure) {
      lines.add("insecure: the token and all calls cross the network in clear text");
    }
    return lines;
  }
}
