package dev.adit.conformance.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Servers are upgraded, killed and frozen while a stock client calls: an upgrade loses nothing, the
 * others no more than what ran there, and no call runs twice.
 */
@Timeout(120)
final class ServerFaultIT {

  /** With the start of a process less than the time that calls wait for agents. */
  private static final Duration OUTAGE = Duration.ofSeconds(1);

  /** More than the 4 s of {@code tunnel.deadAfter}. */
  private static final Duration FROZEN = Duration.ofSeconds(6);

  @Test
  void twoServersAreUpgradedOneAfterTheOtherAndOneIsKilled() throws Exception {
    CountedCalls calls = new CountedCalls();
    try (RawBackend backend = RawBackend.start(calls.backend());
        TunnelSite site = TunnelSite.start(plan(backend).withServers(2))) {
      for (String server : List.of("server", "server-2")) {
        awaitAgents(site, server);
      }
      ManagedChannel channel =
          SeveralServers.channel(List.of(site.entry("server"), site.entry("server-2")));
      calls.start(channel);
      calls.awaitMore();
      calls.assertNoneFailed("nothing");

      for (String server : List.of("server", "server-2")) {
        assertEquals(0, site.terminate(server));
        calls.awaitMore();
        calls.assertNoneFailed("SIGTERM of " + server);
        site.restart(server);
        Eventually.holds(
            server + " gets calls again", () -> site.status(server).calls().total() > 0);
        calls.awaitMore();
        calls.assertNoneFailed("the return of " + server);
      }

      site.kill("server");
      calls.awaitMore();
      int byKill =
          calls.assertFailed(
              "SIGKILL", "UNAVAILABLE.*|" + CountedCalls.SERVER_GONE, CountedCalls.CALLERS);
      calls.awaitMore();
      calls.assertNoneFailed("a server that has gone");

      calls.stopAndCount();
      channel.shutdownNow();
      System.out.printf(
          "ServerFaultIT: two servers: %d calls, %d at a time; failed by SIGTERM 0, SIGKILL %d%n",
          calls.ended(), CountedCalls.CALLERS, byKill);
    }
  }

  @Test
  void theOnlyServerIsKilledAndComesBack() throws Exception {
    CountedCalls calls = new CountedCalls();
    try (RawBackend backend = RawBackend.start(calls.backend());
        TunnelSite site = TunnelSite.start(plan(backend))) {
      ManagedChannel channel = SeveralServers.channel(List.of(site.entry()));
      calls.start(channel);
      calls.awaitMore();
      calls.assertNoneFailed("nothing");

      site.kill("server");
      Eventually.pass(OUTAGE);
      site.restart("server");
      long ready = System.nanoTime();
      channel.resetConnectBackoff();
      Eventually.holds("it gets calls again", () -> site.status().calls().total() > 0);
      calls.awaitGood();
      Duration served = Duration.ofNanos(System.nanoTime() - ready);
      int failed = calls.assertFailed("SIGKILL", CountedCalls.SERVER_GONE, Integer.MAX_VALUE);
      assertTrue(failed >= 1, "a server that is gone failed no call");
      calls.awaitMore();
      calls.assertNoneFailed("the server's return");

      calls.stopAndCount();
      channel.shutdownNow();
      System.out.printf(
          "ServerFaultIT: one server: %d calls; the first good one %d ms after it was ready"
              + " again%n",
          calls.ended(), served.toMillis());
    }
  }

  /** All its agents have given it up when it runs again; calls wait until they are back. */
  @Test
  void theOnlyServerIsFrozenForLongerThanItsTunnelsLive() throws Exception {
    CountedCalls calls = new CountedCalls();
    try (RawBackend backend = RawBackend.start(calls.backend());
        TunnelSite site = TunnelSite.start(plan(backend))) {
      awaitAgents(site, "server");
      ManagedChannel channel = SeveralServers.channel(List.of(site.entry()));
      calls.start(channel);
      calls.awaitMore();
      calls.assertNoneFailed("nothing");

      Chaos.signal(site.process("server"), "STOP");
      Eventually.pass(FROZEN);
      Chaos.signal(site.process("server"), "CONT");
      calls.awaitMore();
      int failed = calls.assertFailed("SIGSTOP", "UNAVAILABLE tunnel-lost", Integer.MAX_VALUE);

      calls.stopAndCount();
      channel.shutdownNow();
      System.out.printf(
          "ServerFaultIT: frozen server: %d calls, %d at a time; failed by SIGSTOP %d%n",
          calls.ended(), CountedCalls.CALLERS, failed);
    }
  }

  private static SitePlan plan(RawBackend backend) {
    return SitePlan.ofGroup(
        "shop",
        AgentPlan.of("agent-1", "shop", backend.hostAndPort()),
        AgentPlan.of("agent-2", "shop", backend.hostAndPort()));
  }

  private static void awaitAgents(TunnelSite site, String server) {
    Eventually.holds("agents are at " + server, () -> site.status(server).agents().size() == 2);
  }
}
