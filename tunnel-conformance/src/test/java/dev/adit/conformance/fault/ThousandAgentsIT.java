package dev.adit.conformance.fault;

import static org.awaitility.Awaitility.await;

import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.fault.count.CountedCalls;
import dev.adit.conformance.fault.count.SeveralServers;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.site.AgentPlan;
import dev.adit.conformance.site.SitePlan;
import dev.adit.conformance.site.TunnelSite;
import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A thousand agents lose their server for some seconds and all come back at once: none is left
 * behind, and calls go on as soon as the first is there.
 */
@Timeout(180)
final class ThousandAgentsIT {
  private static final int AGENTS = 1000;
  private static final Duration OUTAGE = Duration.ofSeconds(4);
  private static final Duration ALL_BACK = Duration.ofSeconds(60);
  private static final Duration LOOK_EVERY = Duration.ofMillis(250);

  @Test
  void allComeBackAndCallsGoOnAtOnce() throws Exception {
    CountedCalls calls = new CountedCalls();
    try (RawBackend backend = RawBackend.start(calls.backend())) {
      AgentPlan[] plans =
          IntStream.range(0, AGENTS)
              .mapToObj(i -> AgentPlan.of("agent-" + i, "shop", backend.hostAndPort()))
              .toArray(AgentPlan[]::new);
      try (TunnelSite site = TunnelSite.startServers(SitePlan.ofGroup("shop", plans))) {
        site.startManyAgents("agent-", "shop", backend.hostAndPort());
        ManagedChannel channel = SeveralServers.channel(List.of(site.entry()));
        calls.start(channel);
        calls.awaitMore();
        calls.assertNoneFailed("nothing");

        site.kill("server");
        Eventually.pass(OUTAGE);
        site.restart("server");
        long ready = System.nanoTime();
        channel.resetConnectBackoff();
        calls.awaitGood();
        Duration first = Duration.ofNanos(System.nanoTime() - ready);
        // Not as often as elsewhere: the page of a thousand agents is long.
        await()
            .atMost(ALL_BACK)
            .pollInterval(LOOK_EVERY)
            .until(() -> site.status().agents().size() == AGENTS);
        Duration all = Duration.ofNanos(System.nanoTime() - ready);
        calls.assertFailed("the outage", CountedCalls.SERVER_GONE, Integer.MAX_VALUE);
        calls.awaitMore();
        calls.assertNoneFailed("the return of a thousand agents");
        calls.stopAndCount();
        channel.shutdownNow();
        System.out.printf(
            "ThousandAgentsIT: %d calls; after %d s without a server the first good call %d ms and the last of %d agents %d ms after it was ready%n",
            calls.ended(), OUTAGE.toSeconds(), first.toMillis(), AGENTS, all.toMillis());
      }
    }
  }
}
