package dev.adit.conformance.stall;

import dev.adit.conformance.check.CallerKind;
import dev.adit.conformance.check.Expect;
import dev.adit.conformance.peer.Answer;
import dev.adit.conformance.peer.Link;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.peer.RawConnection;
import dev.adit.conformance.peer.RawStream;
import dev.adit.conformance.site.AgentPlan;
import dev.adit.conformance.site.LocalSite;
import dev.adit.conformance.site.SitePlan;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * On a link so slow that one message, and all heartbeats behind it, take longer than silence may,
 * the tunnel lives: its bytes are heard.
 */
final class SlowLinkTest {
  private static final int BYTES_PER_SECOND = 16 * 1024;
  private static final int ANSWER_BYTES = 50_000;
  private static final int CALLS = 3;

  /** A message of 64 KiB takes longer, one of its HTTP/2 frames a third of that. */
  private static final String DEAD_AFTER = "heartbeat: 500ms\n  deadAfter: 3s";

  @Test
  @Timeout(60)
  void messageThatTakesLongerThanSilenceMayIsHeard() throws Exception {
    try (RawBackend backend = RawBackend.start(RawBackend.Script.answer(ANSWER_BYTES));
        Link link = Link.startSlow(BYTES_PER_SECOND);
        LocalSite site =
            LocalSite.start(
                SitePlan.ofGroup(
                        "shop",
                        AgentPlan.of("far", "shop", backend.hostAndPort()).withWay(link::to))
                    .withTunnelOptions(DEAD_AFTER));
        RawConnection caller = RawConnection.dial(site.entry())) {
      List<RawStream> calls = new ArrayList<>();
      for (int i = 0; i < CALLS; i++) {
        calls.add(caller.open(CallerKind.GRPC.request("/a.B/Large"), true));
      }
      for (RawStream call : calls) {
        Answer answer = call.answer();
        Expect.equal("0", answer.last("grpc-status"), "grpc-status: " + answer);
      }
    }
  }
}
