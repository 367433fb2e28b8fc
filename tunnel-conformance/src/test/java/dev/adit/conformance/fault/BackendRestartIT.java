package dev.adit.conformance.fault;

import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.fault.count.CountedCalls;
import dev.adit.conformance.fault.count.SeveralServers;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.site.AgentPlan;
import dev.adit.conformance.site.SitePlan;
import dev.adit.conformance.site.TunnelSite;
import io.grpc.ManagedChannel;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A backend goes away in the middle of its calls and comes back on the same address: only what ran
 * on it fails, the rest goes to the other one, and it gets calls again.
 */
@Timeout(120)
final class BackendRestartIT {
  private static final String UPSTREAM =
      """
      upstreams:
      - name: all
        backends: ["%s", "%s"]
      """;

  @Test
  void callsGoToTheOtherBackendUntilItIsBack() throws Exception {
    CountedCalls calls = new CountedCalls();
    RawBackend lost = RawBackend.start(calls.backend());
    try (RawBackend spared = RawBackend.start(calls.backend());
        TunnelSite site =
            TunnelSite.start(
                SitePlan.ofGroup(
                    "shop",
                    new AgentPlan(
                        "agent-1",
                        List.of("shop"),
                        UPSTREAM.formatted(spared.hostAndPort(), lost.hostAndPort()))))) {
      ManagedChannel channel = SeveralServers.channel(List.of(site.entry()));
      calls.start(channel);
      calls.awaitMore();
      calls.assertNoneFailed("nothing");

      lost.close();
      calls.awaitMore();
      int failed = calls.assertFailed("a backend's end", "UNAVAILABLE.*", CountedCalls.CALLERS);

      try (RawBackend back = RawBackend.restart(lost)) {
        Eventually.holds("it gets calls again", () -> back.requests() > 0);
        calls.awaitMore();
        calls.assertNoneFailed("a backend's return");
        calls.stopAndCount();
      }
      channel.shutdownNow();
      System.out.printf(
          "BackendRestartIT: %d calls, %d at a time; failed by the end of one of two backends: %d%n",
          calls.ended(), CountedCalls.CALLERS, failed);
    }
  }
}
