package dev.adit.conformance.failure;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adit.conformance.check.CallerKind;
import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.peer.Field;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.peer.RawConnection;
import dev.adit.conformance.peer.RawStream;
import dev.adit.conformance.site.AgentPlan;
import dev.adit.conformance.site.LocalSite;
import dev.adit.conformance.site.SitePlan;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A caller has no more calls on a connection than it is told, whether it has heard of that or not
 * (RFC 9113 5.1.2).
 */
@Timeout(30)
final class StreamLimitTest {
  private static final int LIMIT = 5;
  private static final int REFUSED_STREAM = 7;

  private static LocalSite start(RawBackend backend) throws Exception {
    return LocalSite.start(
        SitePlan.ofGroup("shop", AgentPlan.of("a", "shop", backend.hostAndPort()))
            .withEntryOptions("maxStreamsPerConnection: " + LIMIT));
  }

  private static void answer(RawStream call) throws IOException {
    call.head(
        Field.list(":status", "200", "content-type", "application/grpc", "grpc-status", "0"), true);
  }

  private static void assertLimited(RawBackend backend, LocalSite site, RawConnection caller)
      throws IOException {
    List<RawStream> calls = new ArrayList<>();
    for (int i = 0; i < LIMIT + 3; i++) {
      calls.add(caller.open(CallerKind.GRPC.request("/a.B/C"), true));
    }
    for (RawStream refused : calls.subList(LIMIT, calls.size())) {
      assertEquals(REFUSED_STREAM, refused.awaitReset());
    }
    Eventually.holds("the others run", () -> backend.requests() == LIMIT);
    assertEquals(LIMIT, site.server().calls().running());
    for (int i = 0; i < LIMIT; i++) {
      answer(backend.awaitRequest());
    }
    for (RawStream call : calls.subList(0, LIMIT)) {
      assertEquals("0", call.answer().last("grpc-status"));
    }
  }

  @Test
  void oneMoreIsRefusedAndTheOthersRun() throws Exception {
    try (RawBackend backend = RawBackend.start(stream -> {})) {
      backend.script(backend::handOver);
      try (LocalSite site = start(backend);
          RawConnection caller = RawConnection.dial(site.entry())) {
        assertLimited(backend, site, caller);

        RawStream late = caller.open(CallerKind.GRPC.request("/a.B/C"), true);
        answer(backend.awaitRequest());
        assertEquals("0", late.answer().last("grpc-status"));
      }
    }
  }

  @Test
  void callerThatDoesNotAcknowledgeTheLimitIsHeldToItAllTheSame() throws Exception {
    try (RawBackend backend = RawBackend.start(stream -> {})) {
      backend.script(backend::handOver);
      try (LocalSite site = start(backend);
          RawConnection caller = RawConnection.dialSilently(site.entry())) {
        caller.beginDeaf();
        assertLimited(backend, site, caller);
      }
    }
  }
}
