package dev.adit.conformance.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.conformance.check.CallerKind;
import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.peer.RawConnection;
import dev.adit.conformance.site.AgentPlan;
import dev.adit.conformance.site.SitePlan;
import dev.adit.conformance.site.TunnelSite;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Dials that come to nothing, to backends and to servers, leave no descriptor and no thread. */
@Timeout(90)
final class FailedDialsIT {
  private static final int CALLS = 1000;
  private static final Duration OUTAGE = Duration.ofSeconds(4);
  private static final Duration BACK = Duration.ofSeconds(30);
  private static final double FEW = 8;

  @Test
  void nothingIsLeftOfThem() throws Exception {
    // Port 1 of the loopback address refuses.
    try (TunnelSite site =
        TunnelSite.start(
            SitePlan.ofGroup("shop", AgentPlan.of("agent-1", "shop", "127.0.0.1:1")))) {
      long agent = site.process("agent-1").pid();
      callAll(site, 10);
      ProcessSample before = ProcessSample.of(agent);
      callAll(site, CALLS);
      ProcessSample after = ProcessSample.of(agent);
      assertFewMore(before, after, CALLS + " calls to a backend that refuses");

      site.kill("server");
      Eventually.pass(OUTAGE);
      site.restart("server");
      Eventually.holds("the agent is back", BACK, () -> !site.status().agents().isEmpty());
      callAll(site, 10);
      assertFewMore(before, ProcessSample.of(agent), "dials to a server that is not there");
    }
  }

  private static void callAll(TunnelSite site, int calls) throws Exception {
    try (RawConnection caller = RawConnection.dial(site.entryAddress())) {
      for (int i = 0; i < calls; i++) {
        assertEquals(
            "backend-unreachable",
            caller.open(CallerKind.GRPC.request("/a.B/C"), true).answer().last("x-tunnel-reason"));
      }
    }
  }

  private static void assertFewMore(ProcessSample before, ProcessSample after, String what) {
    assertTrue(
        after.files() <= before.files() + FEW && after.threads() <= before.threads() + FEW,
        what + ": before " + before + ", after " + after);
  }
}
