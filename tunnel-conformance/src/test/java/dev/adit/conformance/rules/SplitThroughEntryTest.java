package dev.adit.conformance.rules;

import dev.adit.conformance.check.CallerKind;
import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.check.Expect;
import dev.adit.conformance.peer.Field;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.peer.RawConnection;
import dev.adit.conformance.site.AgentPlan;
import dev.adit.conformance.site.LocalSite;
import dev.adit.conformance.site.SitePlan;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Weights of a split are kept by the calls that reach the backends of its groups. */
final class SplitThroughEntryTest {
  private static final int CALLS = 10_000;
  private static final String RULES =
      """
      version: 1
      rules:
      - name: split
        to: [{group: stable, weight: 89}, {group: canary, weight: 10}, {group: trial, weight: 1}]
      """;

  private static RawBackend backend() throws IOException {
    return RawBackend.start(
        stream ->
            stream.head(
                Field.list(
                    ":status", "200", "content-type", "application/grpc", "grpc-status", "0"),
                true));
  }

  @Test
  @Timeout(120)
  void sharesAreWithinOnePercent() throws Exception {
    try (RawBackend stable = backend();
        RawBackend canary = backend();
        RawBackend trial = backend();
        LocalSite site =
            LocalSite.start(
                SitePlan.of(
                    RULES,
                    AgentPlan.of("a", "stable", stable.hostAndPort()),
                    AgentPlan.of("b", "canary", canary.hostAndPort()),
                    AgentPlan.of("c", "trial", trial.hostAndPort())));
        RawConnection caller = RawConnection.dial(site.entry())) {
      for (int i = 0; i < CALLS; i++) {
        Expect.equal(
            "0",
            caller.open(CallerKind.GRPC.request("/a.B/C"), true).answer().last("grpc-status"),
            "status of call " + i);
      }
      expectNear(CALLS * 89 / 100, stable.requests(), "stable");
      expectNear(CALLS * 10 / 100, canary.requests(), "canary");
      expectNear(CALLS / 100, trial.requests(), "trial");
      Eventually.empty(site::leftovers);
    }
  }

  private static void expectNear(int share, int calls, String group) {
    Expect.that(
        Math.abs(calls - share) * 100 <= share,
        group + " got " + calls + " calls, its share is " + share);
  }
}
