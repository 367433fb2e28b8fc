package dev.adit.conformance.fault.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.peer.Field;
import dev.adit.conformance.peer.Link;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.peer.RawConnection;
import dev.adit.conformance.peer.RawStream;
import dev.adit.conformance.site.AgentPlan;
import dev.adit.conformance.site.SitePlan;
import dev.adit.conformance.site.TunnelSite;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * An agent is killed while its way to the server takes nothing: what it had accepted and not sent
 * has run on no backend, so the calls that go to another agent run once.
 */
@Timeout(120)
final class CongestedTunnelIT {
  private static final int ANSWER_BYTES = 16 * 1024;
  private static final Duration LONG_FOR_A_CALL = Duration.ofSeconds(1);

  /** Far more than the link has room for. */
  private static final int MOST_CALLS = 1000;

  private static final String RULES =
      "version: 1\nrules:\n- {name: all, to: shop, balance: roundRobin}\n";

  /** Silence is not what the test is about. */
  private static final String PATIENT = "heartbeat: 30s\n  deadAfter: 100s";

  // shared: how often each call has run
  private final Map<String, Integer> runs = new ConcurrentHashMap<>();

  private void serve(RawStream stream) throws IOException {
    runs.merge(Objects.requireNonNull(Field.value(stream.nextHead(), ":path")), 1, Integer::sum);
    stream.head(Field.list(":status", "200", "content-type", "application/grpc"), false);
    stream.data(new byte[ANSWER_BYTES], false);
    stream.head(Field.list("grpc-status", "0"), true);
  }

  @Test
  void callsThatAnAgentCouldNotAnnounceRunOnceOnAnother() throws Exception {
    try (RawBackend backend = RawBackend.start(this::serve);
        Link link = Link.startNarrow();
        TunnelSite site =
            TunnelSite.start(
                SitePlan.of(
                        RULES,
                        AgentPlan.of("congested", "shop", backend.hostAndPort()).withWay(link::to),
                        AgentPlan.of("other", "shop", backend.hostAndPort()))
                    .withTunnelOptions(PATIENT));
        RawConnection caller = RawConnection.dial(site.entryAddress())) {
      link.shut();
      List<RawStream> calls = new ArrayList<>();
      String path;
      do {
        assertTrue(calls.size() < MOST_CALLS, "the link is never full");
        path = "/a.B/" + calls.size();
        calls.add(caller.open(request(path), true));
      } while (hasRun(path));
      site.kill("congested");
      link.open();
      for (RawStream call : calls) {
        call.answer();
      }
      Map<String, Integer> twice = new HashMap<>(runs);
      twice.values().removeIf(times -> times == 1);
      assertEquals(Map.of(), twice, "calls that ran more than once, of " + calls.size());
    }
  }

  /** Whether it does soon; if not, it waits for room in the link. */
  private boolean hasRun(String path) {
    long begun = System.nanoTime();
    while (!runs.containsKey(path) && System.nanoTime() - begun < LONG_FOR_A_CALL.toNanos()) {
      Eventually.pass(Duration.ofMillis(1));
    }
    return runs.containsKey(path);
  }

  private static List<Field> request(String path) {
    return Field.list(
        ":method",
        "POST",
        ":scheme",
        "http",
        ":authority",
        "shop.example",
        ":path",
        path,
        "content-type",
        "application/grpc",
        "te",
        "trailers");
  }
}
