package dev.adit.agent.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.agent.backend.Backend;
import dev.adit.agent.backend.GroupUpstream;
import dev.adit.agent.backend.UpstreamTable;
import dev.adit.agent.metrics.AgentMetrics;
import dev.adit.core.call.CallFailure;
import dev.adit.core.config.HostPort;
import dev.adit.core.http2.read.ReceiveWindows;
import dev.adit.core.process.EventLoops;
import dev.adit.core.upstream.BackendConfig;
import dev.adit.core.upstream.CircuitBreaker;
import dev.adit.core.upstream.UpstreamBalance;
import dev.adit.core.upstream.UpstreamConfig;
import dev.adit.core.upstream.UpstreamName;
import dev.adit.testing.tunnel.TunnelPair;
import io.netty.util.AsciiString;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How a call at a backend is counted, and what it tells the circuit. */
final class BackendVisitTest {
  private static final AsciiString OK = AsciiString.of("0");

  private final EventLoops loops = EventLoops.start(1, "visits");
  private final List<GroupUpstream> served = new ArrayList<>();
  private final AgentMetrics metrics = new AgentMetrics("1", () -> served);
  private final Backend backend;
  private final BackendVisit visit = new BackendVisit(metrics.upstreams(), TunnelPair.headers(), 0);

  BackendVisitTest() throws IOException {
    UpstreamConfig config =
        new UpstreamConfig(
            new UpstreamName("u"),
            List.of(new BackendConfig(new HostPort("127.0.0.1", 1), 1)),
            UpstreamBalance.ROUND_ROBIN,
            null,
            null,
            new CircuitBreaker(1, 0, 10, Duration.ofSeconds(20), Duration.ofDays(1), 1),
            Duration.ZERO,
            0,
            1);
    UpstreamTable table =
        new UpstreamTable(List.of(config), loops, ReceiveWindows.Sizes.fixed(1024));
    table.upstreams().forEach(each -> served.add(new GroupUpstream("", each)));
    backend = served.get(0).upstream().backends().get(0);
    visit.begin(backend);
    visit.opened(1);
  }

  @AfterEach
  void end() {
    loops.close();
  }

  private void assertCounted(String status, String reason, String circuit) {
    visit.leave(3);
    String line =
        ("adit_backend_calls_total{backend=\"127.0.0.1:1\",group=\"\",reason=\"%s\",status=\"%s\","
                + "upstream=\"u\"} 1.0")
            .formatted(reason, status);
    String page = metrics.page().body();
    assertTrue(page.lines().anyMatch(line::equals), () -> line + " not in\n" + page);
    assertEquals(circuit, backend.circuit());
  }

  @Test
  void answerInGrpcIsTheBackends() {
    visit.onHead(null, 200, 2);
    visit.onTrailers(OK);
    assertCounted("OK", "", "closed");
  }

  @Test
  void answerThatEndsWithoutStatusIsNoGrpc() {
    visit.onHead(null, 200, 2);
    assertCounted("", "backend-http", "closed");
  }

  @Test
  void trailersWithoutStatusAreNoGrpc() {
    visit.onHead(null, 200, 2);
    visit.onTrailers(null);
    assertCounted("", "backend-http", "closed");
  }

  /** Whether the server cancels it before or after its end is a matter of luck. */
  @Test
  void answerInPlainHttpIsNoGrpcWhoeverEndsIt() {
    visit.onHead(null, 503, 2);
    assertCounted("", "backend-http", "open");
  }

  @Test
  void cancelForAnAnswerInPlainHttpIsTheBackendsFailure() {
    visit.onHead(null, 503, 2);
    visit.stopped(CallFailure.BACKEND_HTTP);
    assertCounted("", "backend-http", "open");
  }

  @Test
  void callThatIsTakenBackSaysNothingOfTheBackend() {
    visit.onHead(null, 503, 2);
    visit.stopped(CallFailure.CANCELLED);
    assertCounted("", "cancelled", "closed");
  }
}
