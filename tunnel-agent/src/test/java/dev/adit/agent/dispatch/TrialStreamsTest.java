package dev.adit.agent.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.adit.agent.backend.Backend;
import dev.adit.core.upstream.CircuitBreaker;
import dev.adit.core.upstream.UpstreamConfig;
import dev.adit.testing.http2.FakeBackend;
import dev.adit.testing.http2.FakeBackend.Connection;
import dev.adit.testing.tunnel.TunnelPair;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Streams that a half-open circuit lets through: a good head is their success, and a failure after
 * it counts too. The circuit is open for no time at all.
 */
final class TrialStreamsTest {
  private static final int FAILURES = 2;
  private static final int SUCCESSES = 2;

  private final FakeBackend server = new FakeBackend();
  private final AgentBench bench = new AgentBench(guarded(AgentBench.upstream(server)));
  private final Backend backend = bench.upstream().backends().get(0);
  private final Connection on;
  private int stream = 1;

  TrialStreamsTest() throws IOException {
    bench.connect();
    AgentBench.Call first = call();
    on = server.accept();
    answer(first, true, ":status", "200", "grpc-status", "14");
    fail();
    assertEquals(1, backend.circuitsOpened());
  }

  private static UpstreamConfig guarded(UpstreamConfig upstream) {
    return new UpstreamConfig(
        upstream.name(),
        upstream.backends(),
        upstream.balance(),
        null,
        null,
        new CircuitBreaker(FAILURES, 0, 10, Duration.ofSeconds(20), Duration.ZERO, SUCCESSES),
        Duration.ZERO,
        0,
        1);
  }

  @AfterEach
  void nothingIsLeft() throws IOException {
    bench.close();
    on.close();
    server.close();
  }

  private AgentBench.Call call() {
    return bench.openBare(TunnelPair.headers());
  }

  /** Answers the next call. */
  private AgentBench.Call answer(AgentBench.Call call, boolean last, String... fields)
      throws IOException {
    stream += 2;
    on.expect("headers", stream);
    on.send(on.script().headers(stream, last, fields));
    if (last) {
      call.end();
    } else {
      call.events(2);
    }
    return call;
  }

  /** A call that is answered and goes on. */
  private AgentBench.Call streaming() throws IOException {
    return answer(call(), false, ":status", "200");
  }

  /** A call that the backend fails after a good head. */
  private void fail() throws IOException {
    endLast(streaming(), "14");
  }

  private void endLast(AgentBench.Call call, String status) throws IOException {
    on.send(on.script().headers(stream, true, "grpc-status", status));
    call.end();
  }

  @Test
  void streamsThatAreAnsweredCloseTheCircuitWhileTheyRun() throws IOException {
    streaming();
    assertEquals("half-open", backend.circuit());
    streaming();
    assertEquals("closed", backend.circuit());
    streaming();
    streaming();
    assertEquals(1, backend.circuitsOpened());
  }

  @Test
  void streamThatEndsWellIsCountedOnce() throws IOException {
    endLast(streaming(), "0");
    assertEquals("half-open", backend.circuit());
    streaming().cancel();
    assertEquals("closed", backend.circuit());
  }

  @Test
  void streamThatFailsAfterAGoodHeadOpensTheCircuitAgain() throws IOException {
    fail();
    assertEquals(2, backend.circuitsOpened());
  }

  @Test
  void failureOfAStreamThatHasClosedTheCircuitIsCountedOnce() throws IOException {
    streaming();
    AgentBench.Call second = streaming();
    endLast(second, "14");
    assertEquals("closed", backend.circuit());
    fail();
    assertEquals(2, backend.circuitsOpened());
  }

  @Test
  void headThatIsNoGoodNewsOpensTheCircuitAgainAtItsEnd() throws IOException {
    answer(call(), true, ":status", "503");
    assertEquals(2, backend.circuitsOpened());
  }

  @Test
  void streamThatIsAnsweredGivesItsPlaceAmongTheTrialsBackOnce() throws IOException {
    AgentBench.Call answered = streaming();
    AgentBench.Call waiting = call();
    answered.cancel();
    bench.await(() -> backend.calls() == 1);
    call();
    bench.await(() -> backend.calls() == 2);
    assertEquals("half-open", backend.circuit());
    // Two are under way: as many as have to succeed.
    assertFalse(backend.isLetting());
    waiting.cancel();
  }

  /** Calls that came to no backend, as Prometheus is told. */
  private double unreachable() {
    return bench.registry.scrape("adit_served_calls_refused"::equals).stream()
        .flatMap(metric -> metric.getDataPoints().stream())
        .filter(each -> "backend-unreachable".equals(each.getLabels().get("reason")))
        .mapToDouble(each -> ((CounterDataPointSnapshot) each).getValue())
        .sum();
  }

  @Test
  void callThatNoCircuitLetsThroughIsCounted() {
    AgentBench.Call first = call();
    bench.await(() -> backend.calls() == 1);
    AgentBench.Call second = call();
    bench.await(() -> backend.calls() == 2);
    assertEquals(0, unreachable());
    call();
    bench.await(() -> unreachable() == 1);
    assertEquals(2, backend.calls());
    first.cancel();
    second.cancel();
  }
}
