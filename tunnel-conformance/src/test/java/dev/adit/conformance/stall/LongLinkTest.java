package dev.adit.conformance.stall;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adit.conformance.check.CallerKind;
import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.check.Scrape;
import dev.adit.conformance.peer.Answer;
import dev.adit.conformance.peer.Link;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.peer.RawBackend.Script;
import dev.adit.conformance.peer.RawConnection;
import dev.adit.conformance.peer.RawStream;
import dev.adit.conformance.site.AgentPlan;
import dev.adit.conformance.site.LocalSite;
import dev.adit.conformance.site.SitePlan;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One call over a link with a long round trip: its window grows to what the link can carry. */
@Timeout(120)
final class LongLinkTest {
  private static final Duration ONE_WAY = Duration.ofMillis(25);
  private static final int BODY_BYTES = 48 << 20;

  /** Far above {@code callWindow}, 256 KiB, which would carry 5 MiB a second here. */
  private static final long GROWN_BYTES = 4 << 20;

  private static double promised(LocalSite site) throws IOException {
    return Scrape.sum(site.admin(), "adit_promised_bytes");
  }

  @Test
  void windowOfOneCallGrowsWithTheRoundTripAndIsGivenBack() throws Exception {
    try (RawBackend backend = RawBackend.start(Script.answer(BODY_BYTES));
        Link link = Link.start(ONE_WAY);
        LocalSite site =
            LocalSite.start(
                SitePlan.ofGroup(
                    "shop", AgentPlan.of("far", "shop", backend.hostAndPort()).withWay(link::to)));
        RawConnection caller = RawConnection.dial(site.entry())) {
      Eventually.holds(
          "a round trip is measured",
          () ->
              site.server().status().agents().stream()
                  .flatMap(agent -> agent.tunnels().stream())
                  .allMatch(tunnel -> tunnel.rttMicros() >= 2000 * ONE_WAY.toMillis()));
      long begun = System.nanoTime();
      RawStream stream = caller.open(CallerKind.GRPC.request("/a.B/C"), true);
      CompletableFuture<Answer> answer = CompletableFuture.supplyAsync(stream::answer);
      Eventually.holds("the window grows", () -> promised(site) >= GROWN_BYTES);
      assertEquals("0", answer.join().last("grpc-status"));
      assertEquals(BODY_BYTES, answer.join().body().length);
      System.out.printf(
          "LongLinkTest: %d MiB in %d ms%n",
          BODY_BYTES >> 20, (System.nanoTime() - begun) / 1_000_000);
      Eventually.empty(site::leftovers);
      Eventually.holds("every promise is given back", () -> promised(site) == 0);
    }
  }
}
