package dev.adit.conformance.failure.flood;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adit.conformance.check.CallerKind;
import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.peer.RawBackend.Script;
import dev.adit.conformance.peer.RawConnection;
import dev.adit.conformance.peer.RawFrame;
import dev.adit.conformance.peer.RawStream;
import dev.adit.conformance.site.AgentPlan;
import dev.adit.conformance.site.LocalSite;
import dev.adit.conformance.site.SitePlan;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Callers that take too long for their hello or a header list are ended; slow bodies are not. */
@Timeout(60)
final class SlowCallerTest {
  /** For what a caller says first. */
  private static final Duration LONG = Duration.ofSeconds(1);

  private RawBackend backend;
  private LocalSite site;

  @BeforeEach
  void startSite() throws Exception {
    backend = RawBackend.start(Script.answer(0));
    site =
        LocalSite.start(
            SitePlan.ofGroup("shop", AgentPlan.of("a", "shop", backend.hostAndPort()))
                .withEntryOptions("greetingTimeout: " + LONG.toMillis() + "ms"));
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    Eventually.empty(site::leftovers);
    site.close();
    backend.close();
  }

  private double counted(String limit) throws IOException {
    return Floods.counted(site.admin(), "entry", limit);
  }

  @Test
  void headerListThatTakesTooLongEndsTheConnection() throws Exception {
    for (boolean withinFrame : List.of(true, false)) {
      try (RawConnection caller = RawConnection.dial(site.entry())) {
        caller.awaitControl(RawFrame.SETTINGS);
        if (withinFrame) {
          caller.write(new byte[] {0, 0, 100, RawFrame.HEADERS, 0x5, 0, 0, 0, 1, 0});
        } else {
          caller.send(RawFrame.HEADERS, 0, 1, new byte[0]);
        }
        Floods.assertEnded(caller, "headerTimeout");
      }
    }
    assertEquals(2, counted("headerTimeout"));
  }

  /** Slow bodies are no offence, whole frames or not. */
  @Test
  void bodyThatTakesItsTimeIsLeftAlone() throws Exception {
    try (RawConnection caller = RawConnection.dial(site.entry())) {
      RawStream call = caller.open(CallerKind.GRPC.request("/a.B/C"), false);
      caller.write(new byte[] {0, 0, 5, RawFrame.DATA, 0x1, 0, 0, 0, 1, 0, 0});
      Eventually.pass(LONG.plusMillis(500));
      caller.write(new byte[] {0, 0, 0});
      assertEquals("0", call.answer().last("grpc-status"));
    }
  }

  @Test
  void callerThatSaysNothingIsClosed() throws Exception {
    try (RawConnection silent = RawConnection.dialSilently(site.entry())) {
      silent.startReading();
      silent.awaitClosed();
      assertEquals(1, counted("greetingTimeout"));
    }
  }
}
