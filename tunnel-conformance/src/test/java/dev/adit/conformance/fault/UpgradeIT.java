package dev.adit.conformance.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.fault.count.CountedCalls;
import dev.adit.conformance.fault.count.SeveralServers;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.site.AgentPlan;
import dev.adit.conformance.site.SitePlan;
import dev.adit.conformance.site.TunnelSite;
import dev.adit.conformance.site.TunnelSizes;
import io.grpc.ManagedChannel;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Two servers and two agents go from one version to the next and back, one process at a time, while
 * a stock client calls. The servers go first both times, so that servers of each version are met by
 * agents of the other, and agents are replaced under servers of either. The next version is this
 * build with a higher minor version of the protocol, so that the two have to agree on the lower. No
 * call fails, and none runs twice.
 */
@Timeout(240)
final class UpgradeIT {
  private static final List<String> SERVERS = List.of("server", "server-2");
  private static final List<String> AGENTS = List.of("agent-1", "agent-2");

  @Test
  void processesAreUpgradedOneByOneAndBackAgain() throws Exception {
    CountedCalls calls = new CountedCalls();
    try (RawBackend backend = RawBackend.start(calls.backend());
        TunnelSite site =
            TunnelSite.start(
                SitePlan.ofGroup(
                        "shop",
                        AgentPlan.of("agent-1", "shop", backend.hostAndPort()),
                        AgentPlan.of("agent-2", "shop", backend.hostAndPort()))
                    .withServers(2))) {
      ManagedChannel channel =
          SeveralServers.channel(List.of(site.entry("server"), site.entry("server-2")));
      calls.start(channel);
      calls.awaitMore();
      calls.assertNoneFailed("nothing");
      String now = versions(site).iterator().next();

      for (String server : SERVERS) {
        replace(site, calls, channel, server, true);
      }
      assertEquals(List.of(now), List.copyOf(versions(site)));
      for (String agent : AGENTS) {
        replace(site, calls, channel, agent, true);
      }
      assertEquals(List.of("adit/under-test"), List.copyOf(versions(site)));
      for (String server : SERVERS) {
        replace(site, calls, channel, server, false);
      }
      assertEquals(List.of("adit/under-test"), List.copyOf(versions(site)));
      for (String agent : AGENTS) {
        replace(site, calls, channel, agent, false);
      }
      assertEquals(List.of(now), List.copyOf(versions(site)));

      calls.stopAndCount();
      channel.shutdownNow();
      System.out.printf(
          "UpgradeIT: %d calls, %d at a time, while 8 processes changed their version; failed 0%n",
          calls.ended(), CountedCalls.CALLERS);
    }
  }

  private static void replace(
      TunnelSite site, CountedCalls calls, ManagedChannel channel, String name, boolean next)
      throws Exception {
    assertEquals(0, site.terminate(name));
    calls.awaitMore();
    calls.assertNoneFailed("the end of " + name);
    if (next) {
      site.restartAs(name, TunnelSizes.ofNextVersion());
    } else {
      site.restart(name);
    }
    channel.resetConnectBackoff();
    for (String server : SERVERS) {
      Eventually.holds(
          "agents are at " + server, () -> site.status(server).agents().size() == AGENTS.size());
    }
    if (SERVERS.contains(name)) {
      Eventually.holds(name + " gets calls again", () -> site.status(name).calls().total() > 0);
    }
    calls.awaitMore();
    calls.assertNoneFailed("the return of " + name);
  }

  /** Of the agents, as both servers see them. */
  private static Set<String> versions(TunnelSite site) throws Exception {
    Set<String> versions = new TreeSet<>();
    for (String server : SERVERS) {
      site.status(server).agents().forEach(agent -> versions.add(agent.version()));
    }
    return versions;
  }
}
