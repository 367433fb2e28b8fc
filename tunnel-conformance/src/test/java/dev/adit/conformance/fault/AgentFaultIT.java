package dev.adit.conformance.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.fault.count.CountedCalls;
import dev.adit.conformance.fault.count.SeveralServers;
import dev.adit.conformance.peer.Link;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.site.AgentPlan;
import dev.adit.conformance.site.SitePlan;
import dev.adit.conformance.site.TunnelSite;
import dev.adit.demo.process.ChildProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Agents are terminated, killed, stopped and cut off in silence while calls run: each call has one
 * status, none runs twice, and only those that a dead agent may have shown to a backend fail.
 */
@Timeout(120)
final class AgentFaultIT {

  /** A dial into the silence is given up after 10 s, then comes a pause. */
  private static final Duration GIVEN_UP = Duration.ofSeconds(30);

  private static final String LOST = "UNAVAILABLE tunnel-lost";

  private static boolean isConnected(TunnelSite site, String agent) throws IOException {
    return site.status().agents().stream().anyMatch(each -> each.id().equals(agent));
  }

  @Test
  void agentsDieInEveryWayAndNoCallRunsTwice() throws Exception {
    CountedCalls calls = new CountedCalls();
    try (RawBackend backend = RawBackend.start(calls.backend());
        Link link = Link.start(Duration.ZERO);
        TunnelSite site =
            TunnelSite.start(
                SitePlan.ofGroup(
                    "shop",
                    agent("drained", backend),
                    agent("killed", backend),
                    agent("frozen", backend),
                    agent("cut-off", backend).withWay(link::to),
                    agent("spared", backend)))) {
      calls.start(SeveralServers.channel(List.of(site.entry())));
      calls.awaitMore();
      calls.assertNoneFailed("nothing");

      assertEquals(0, site.terminate("drained"));
      calls.awaitMore();
      calls.assertNoneFailed("SIGTERM");

      site.kill("killed");
      Eventually.holds("killed is gone", () -> !isConnected(site, "killed"));
      calls.awaitMore();
      int byKill = calls.assertFailed("SIGKILL", LOST, CountedCalls.CALLERS);

      ChildProcess frozen = site.process("frozen");
      Chaos.signal(frozen, "STOP");
      Eventually.holds("frozen is gone", () -> !isConnected(site, "frozen"));
      calls.awaitMore();
      int byStop = calls.assertFailed("SIGSTOP", LOST, CountedCalls.CALLERS);
      Chaos.signal(frozen, "CONT");
      Eventually.holds("frozen is back", () -> isConnected(site, "frozen"));
      calls.awaitMore();
      calls.assertNoneFailed("SIGCONT");

      link.swallow();
      Eventually.holds("cut-off is gone", () -> !isConnected(site, "cut-off"));
      calls.awaitMore();
      int byLoss = calls.assertFailed("silence", LOST, CountedCalls.CALLERS);
      link.heal();
      Eventually.holds("cut-off is back", GIVEN_UP, () -> isConnected(site, "cut-off"));
      calls.awaitMore();
      calls.assertNoneFailed("the agent's return");

      calls.stopAndCount();
      System.out.printf(
          "AgentFaultIT: %d calls, %d at a time; failed by SIGTERM 0, SIGKILL %d, SIGSTOP %d, SIGCONT 0, silence %d%n",
          calls.ended(), CountedCalls.CALLERS, byKill, byStop, byLoss);
    }
  }

  private static AgentPlan agent(String id, RawBackend backend) {
    return AgentPlan.of(id, "shop", backend.hostAndPort());
  }
}
