package dev.adit.conformance.call;

import dev.adit.conformance.check.CallerKind;
import dev.adit.conformance.check.Expect;
import dev.adit.conformance.peer.Answer;
import dev.adit.conformance.peer.Field;
import dev.adit.conformance.peer.Link;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.peer.RawConnection;
import dev.adit.conformance.peer.RawStream;
import dev.adit.conformance.peer.StreamEvent;
import dev.adit.conformance.site.AgentPlan;
import dev.adit.conformance.site.LocalSite;
import dev.adit.conformance.site.SitePlan;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A caller who has much to send does not send more than can be kept of it before an agent has
 * accepted the call, so that another agent gets it whole if one far away refuses it.
 */
final class RefusedUploadTest {
  private static final int BYTES = 300_000;
  private static final String RULES =
      "version: 1\nrules:\n- {name: all, to: shop, balance: roundRobin}\n";

  /** An agent that finds out only with a call that nobody is there. */
  private static final String NOBODY =
      """
      upstreams:
      - {name: all, backends: ["127.0.0.1:1"], connections: {min: 0, max: 1}}
      """;

  private static void serve(RawStream stream) throws IOException {
    stream.nextHead();
    int bytes = 0;
    for (boolean last = false; !last; ) {
      StreamEvent event = stream.next();
      last = event.last();
      if (event instanceof StreamEvent.Data data) {
        bytes += data.bytes().length;
        stream.grant(Math.max(1, data.bytes().length));
      }
    }
    stream.head(Field.list(":status", "200", "content-type", "application/grpc"), false);
    stream.head(Field.list("grpc-status", "0", "x-bytes", Integer.toString(bytes)), true);
  }

  @Test
  @Timeout(60)
  void isPlacedOnAnotherAgentWhole() throws Exception {
    try (RawBackend backend = RawBackend.start(RefusedUploadTest::serve);
        Link link = Link.start(Duration.ofMillis(50));
        LocalSite site =
            LocalSite.start(
                SitePlan.of(
                    RULES,
                    new AgentPlan("far", List.of("shop"), NOBODY).withWay(link::to),
                    AgentPlan.of("near", "shop", backend.hostAndPort())));
        RawConnection caller = RawConnection.dial(site.entry())) {
      // In turn: one of them comes to the agent that has no backend.
      for (int i = 0; i < 2; i++) {
        RawStream call = caller.open(CallerKind.GRPC.request("/a.B/Upload"), false);
        call.data(new byte[BYTES], true);
        Answer answer = call.answer();
        Expect.equal("0", answer.last("grpc-status"), "grpc-status: " + answer);
        Expect.equal(Integer.toString(BYTES), answer.last("x-bytes"), "bytes: " + answer);
      }
    }
  }
}
