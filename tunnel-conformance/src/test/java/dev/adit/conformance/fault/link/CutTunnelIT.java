package dev.adit.conformance.fault.link;

import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.peer.Link;
import dev.adit.conformance.site.AgentPlan;
import dev.adit.conformance.site.SitePlan;
import dev.adit.conformance.site.TunnelSite;
import dev.adit.server.admin.ServerStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A proxy on the way that cuts each tunnel at the same age is named in the agent's log. */
@Timeout(120)
final class CutTunnelIT {
  private static final Duration AGE = Duration.ofMillis(2500);

  /** The server has one for each processor; an agent has a tunnel on each, up to 16. */
  private static final long LOOPS = Math.min(16, Runtime.getRuntime().availableProcessors());

  @Test
  void cutsAtTheSameAgeAreCalledAProxysLimit() throws Exception {
    try (Link proxy = Link.start(Duration.ZERO);
        TunnelSite site =
            TunnelSite.start(
                SitePlan.ofGroup(
                    "shop", AgentPlan.of("agent-1", "shop", "127.0.0.1:1").withWay(proxy::to)))) {
      // The third does; on a machine that is busy ages differ more than a proxy's would.
      while (!isNamed(site)) {
        Eventually.holds("a tunnel is up on each loop", () -> loopsWithATunnel(site) == LOOPS);
        Eventually.pass(AGE);
        proxy.cut();
        Eventually.holds("they have ended", () -> loopsWithATunnel(site) == 0);
      }
    }
  }

  private static boolean isNamed(TunnelSite site) throws IOException {
    return Files.readString(site.process("agent-1").log())
        .contains("tunnels are cut at an age of 2 s each time");
  }

  private static long loopsWithATunnel(TunnelSite site) throws IOException {
    return site.status().agents().stream()
        .flatMap(agent -> agent.tunnels().stream())
        .map(ServerStatus.Tunnel::loop)
        .distinct()
        .count();
  }
}
