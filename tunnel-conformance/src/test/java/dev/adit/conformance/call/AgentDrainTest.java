package dev.adit.conformance.call;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adit.conformance.check.CallerKind;
import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.peer.RawConnection;
import dev.adit.conformance.site.AgentPlan;
import dev.adit.conformance.site.LocalSite;
import dev.adit.conformance.site.SitePlan;
import dev.adit.testing.logging.LoggedLines;
import java.time.Duration;
import java.util.List;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An agent that is stopped ends once nothing is left to do, whatever its server does meanwhile. */
final class AgentDrainTest {
  /** Far more than a test may last: an agent that waits it out fails by the time-out. */
  private static final Duration GRACE = Duration.ofHours(1);

  private static LocalSite start(RawBackend backend) throws Exception {
    return LocalSite.start(
        SitePlan.of(
            "version: 1\nrules:\n- {name: all, to: all}\n",
            AgentPlan.of("a", "all", backend.hostAndPort()).withDrainGrace(GRACE)));
  }

  @Test
  @Timeout(30)
  void idleAgentEndsAtOnce() throws Exception {
    try (RawBackend backend = RawBackend.start(stream -> {});
        LocalSite site = start(backend)) {
      site.agent("a").drain();
    }
  }

  /** Both stopped together, as by one systemctl or one compose file. */
  @Test
  @Timeout(30)
  void agentDoesNotWaitForAServerThatGoesAwayToo() throws Exception {
    try (RawBackend backend = RawBackend.start(stream -> {});
        LocalSite site = start(backend)) {
      site.server().drain();
      Eventually.holds("no tunnel is up", () -> site.agent("a").connected() == 0);
      site.agent("a").drain();
    }
  }

  /** A second signal while it drains: the calls are counted before they are cut. */
  @Test
  @Timeout(30)
  void forcedStopSaysHowManyCallsItCuts() throws Exception {
    try (RawBackend backend = RawBackend.start(stream -> {});
        LocalSite site = start(backend);
        RawConnection caller = RawConnection.dial(site.entry());
        LoggedLines lines = new LoggedLines("dev.adit.agent.app.AgentApp", Level.INFO)) {
      backend.script(backend::handOver);
      caller.open(CallerKind.GRPC.request("/a.B/Stream"), false);
      backend.awaitRequest();
      Thread drain = new Thread(site.agent("a")::drain, "drain");
      drain.start();
      Eventually.holds("it drains", () -> lines.all().size() == 1);
      site.stopAgent("a");
      drain.join();
      assertEquals(
          List.of(
              "INFO AgentApp - a draining: 1 calls run, up to 3600 s for them",
              "INFO AgentApp - a stopped: 1 call was cut"),
          lines.all());
    }
  }
}
