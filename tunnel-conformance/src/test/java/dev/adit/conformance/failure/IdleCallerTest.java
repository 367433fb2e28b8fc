package dev.adit.conformance.failure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.conformance.check.CallerKind;
import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.peer.RawBackend.Script;
import dev.adit.conformance.peer.RawConnection;
import dev.adit.conformance.peer.RawFrame;
import dev.adit.conformance.peer.RawStream;
import dev.adit.conformance.site.LocalSite;
import dev.adit.conformance.site.SitePlan;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Callers without a call are told to go in the end; those with one, however quiet, are not. */
@Timeout(60)
final class IdleCallerTest {
  @Test
  void callerWithoutACallIsToldToGoAndThenClosed() throws Exception {
    try (RawBackend backend = RawBackend.start(Script.answer(0));
        LocalSite site =
            LocalSite.start(
                SitePlan.of(backend.hostAndPort()).withEntryOptions("idleTimeout: 1s"));
        RawConnection idle = RawConnection.dial(site.entry());
        RawConnection busy = RawConnection.dial(site.entry())) {
      assertEquals(
          "0", idle.open(CallerKind.GRPC.request("/a.B/C"), true).answer().last("grpc-status"));
      backend.script(backend::handOver);
      RawStream quiet = busy.open(CallerKind.GRPC.request("/a.B/C"), true);
      RawStream running = backend.awaitRequest();

      RawFrame goAway = idle.awaitControl(RawFrame.GOAWAY);
      assertEquals(0, goAway.number(4));
      assertTrue(
          new String(goAway.payload(), StandardCharsets.ISO_8859_1).contains("no call"),
          "says why");
      assertEquals(0, idle.awaitClosed());

      Eventually.pass(Duration.ofSeconds(2));
      Script.answer(0).run(running);
      assertEquals("0", quiet.answer().last("grpc-status"));
      Eventually.empty(site::leftovers);
    }
  }
}
