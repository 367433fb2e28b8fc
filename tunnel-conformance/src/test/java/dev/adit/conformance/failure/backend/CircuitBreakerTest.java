package dev.adit.conformance.failure.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adit.conformance.check.CallerKind;
import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.peer.Answer;
import dev.adit.conformance.peer.Field;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.peer.RawConnection;
import dev.adit.conformance.site.AgentPlan;
import dev.adit.conformance.site.LocalSite;
import dev.adit.conformance.site.SitePlan;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A backend that fails is left alone for a while, and tried again. */
@Timeout(60)
final class CircuitBreakerTest {
  private static final int FAILURES = 5;
  private static final int MORE_CALLS = 50;

  private volatile String status = "14";

  private RawBackend backend() throws IOException {
    return RawBackend.start(
        stream ->
            stream.head(
                Field.list(
                    ":status", "200", "content-type", "application/grpc", "grpc-status", status),
                true));
  }

  private static Answer call(RawConnection caller) throws IOException {
    return caller.open(CallerKind.GRPC.request("/shop.Cart/Get"), true).answer();
  }

  @Test
  void openCircuitKeepsCallsAwayUntilTheBackendIsWell() throws Exception {
    try (RawBackend backend = backend();
        LocalSite site =
            LocalSite.start(
                SitePlan.of(
                    "version: 1\nrules:\n- {name: all, to: shop}\n",
                    new AgentPlan(
                        "a",
                        List.of("shop"),
                        """
                        upstreams:
                        - name: web
                          backends: ["%s"]
                          circuitBreaker: {failures: %d, open: 2s, successes: 2}
                        """
                            .formatted(backend.hostAndPort(), FAILURES))));
        RawConnection caller = RawConnection.dial(site.entry())) {
      for (int i = 0; i < FAILURES; i++) {
        Answer answer = call(caller);
        assertEquals("14", answer.last("grpc-status"));
        assertEquals(null, answer.last("x-tunnel-reason"));
      }
      for (int i = 0; i < MORE_CALLS; i++) {
        CallerKind.GRPC.assertFailed(call(caller), "backend-unreachable", 14, 502);
      }
      assertEquals(FAILURES, backend.requests());
      assertEquals("open", circuit(site));

      status = "0";
      Eventually.holds("calls come through", () -> "0".equals(call(caller).last("grpc-status")));
      assertEquals("0", call(caller).last("grpc-status"));
      assertEquals("closed", circuit(site));
      Eventually.empty(site::leftovers);
    }
  }

  private static String circuit(LocalSite site) {
    return site.agent("a").status().upstreams().get(0).backends().get(0).circuit();
  }
}
