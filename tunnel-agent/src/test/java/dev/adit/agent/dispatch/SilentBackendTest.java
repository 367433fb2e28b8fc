package dev.adit.agent.dispatch;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.agent.backend.Backend;
import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallReset;
import dev.adit.core.upstream.CircuitBreaker;
import dev.adit.core.upstream.UpstreamBalance;
import dev.adit.core.upstream.UpstreamConfig;
import dev.adit.testing.http2.FakeBackend;
import dev.adit.testing.http2.FakeBackend.Connection;
import dev.adit.testing.tunnel.TunnelPair;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Backends that take a connection, or a call's turn, and say nothing. */
@Execution(ExecutionMode.CONCURRENT)
final class SilentBackendTest {
  /** More than a dial to a closed port takes. */
  private static final Duration DIAL = Duration.ofMillis(10);

  @Test
  void callGoesFromOneSilentBackendAfterTheOtherToTheOneThatIsWell() throws IOException {
    try (FakeBackend silent = new FakeBackend();
        FakeBackend mute = new FakeBackend();
        FakeBackend good = new FakeBackend();
        AgentBench bench =
            new AgentBench(
                AgentBench.upstream(UpstreamBalance.ROUND_ROBIN, 1, silent, mute, good))) {
      AgentBench.Call call = bench.openBare(TunnelPair.headers());
      try (Connection nothing = silent.acceptSilently();
          Connection no = mute.acceptSilently();
          Connection on = good.accept()) {
        on.expect("headers", 3);
        on.send(on.script().headers(3, true, ":status", "200", "grpc-status", "0"));
        assertEquals(List.of("accepted", "head 200 last"), call.end());
        nothing.expectClosed();
        no.expectClosed();
      }
      bench.await(() -> bench.upstream().usableBackends() == 1);
    }
  }

  @Test
  void streamIsWaitedForAtTheNextBackendToo() throws IOException {
    try (FakeBackend full = new FakeBackend();
        FakeBackend good = new FakeBackend();
        AgentBench bench =
            new AgentBench(AgentBench.upstream(UpstreamBalance.ROUND_ROBIN, 1, full, good))) {
      AgentBench.Call first = bench.openBare(TunnelPair.headers());
      try (Connection busy = full.accept(3, 1)) { // MAX_CONCURRENT_STREAMS
        busy.expect("headers", 3);
        AgentBench.Call second = bench.openBare(TunnelPair.headers());
        try (Connection on = good.accept()) {
          on.expect("headers", 3);
          // The turn is the full one's.
          AgentBench.Call third = bench.openBare(TunnelPair.headers());
          on.expect("headers", 5);
          first.cancel();
          second.cancel();
          third.cancel();
        }
      }
    }
  }

  /** It was dialled a thousand times a second for as long as a call waited. */
  @Test
  void backendThatGoesAwayBeforeItGivesAStreamIsNotDialledInALoop() throws IOException {
    try (FakeBackend leaving = new FakeBackend();
        AgentBench bench = new AgentBench(AgentBench.upstream(leaving))) {
      AgentBench.Call call = bench.openBare(TunnelPair.headers());
      try (Connection going = leaving.accept(3, 0)) { // MAX_CONCURRENT_STREAMS
        going.expect("settings ack", 0);
        going.send(going.script().goAway(0, 0));
        going.expectClosed();
        assertFalse(leaving.isDialled(300), "dialled at once");
        AgentBench.Call next = bench.openBare(TunnelPair.headers());
        try (Connection on = leaving.accept()) {
          on.expect("headers", 3);
          call.cancel();
          next.cancel();
        }
      }
    }
  }

  /** It has all that it takes, and is well. */
  @Test
  void waitInVainForAStreamSaysNothingToTheCircuit() throws IOException {
    try (FakeBackend full = new FakeBackend();
        AgentBench bench = new AgentBench(easilyOpened(AgentBench.upstream(full)))) {
      AgentBench.Call first = bench.openBare(TunnelPair.headers());
      try (Connection busy = full.accept(3, 1)) { // MAX_CONCURRENT_STREAMS
        busy.expect("headers", 3);
        assertEquals(
            CallFailure.BACKEND_UNREACHABLE,
            bench.openBare(TunnelPair.headers()).reset().failure());
        assertEquals("closed", bench.upstream().backends().get(0).circuit());
        assertTrue(
            bench.registry.scrape("adit_backend_calls"::equals).stream()
                .flatMap(metric -> metric.getDataPoints().stream())
                .anyMatch(each -> "backend-unreachable".equals(each.getLabels().get("reason"))));
        first.cancel();
      }
    }
  }

  private static UpstreamConfig easilyOpened(UpstreamConfig upstream) {
    return new UpstreamConfig(
        upstream.name(),
        upstream.backends(),
        upstream.balance(),
        upstream.tls(),
        upstream.health(),
        new CircuitBreaker(1, 0, 10, Duration.ofSeconds(20), Duration.ofDays(1), 1),
        upstream.slowStart(),
        upstream.minConnections(),
        upstream.maxConnections());
  }

  /** It was dialled again as soon as a dial had failed: 20,000 times in the 2 s of one call. */
  @Test
  void backendThatTakesNoMoreConnectionsIsNotDialledInALoopForThoseWhoWait() throws IOException {
    FakeBackend full = new FakeBackend();
    try (AgentBench bench =
        new AgentBench(AgentBench.upstream(UpstreamBalance.ROUND_ROBIN, 2, full))) {
      AgentBench.Call first = bench.openBare(TunnelPair.headers());
      try (Connection on = full.accept(3, 1)) { // MAX_CONCURRENT_STREAMS
        on.expect("headers", 3);
        full.close();
        Backend backend = bench.upstream().backends().get(0);
        long begun = System.nanoTime();
        bench.openBare(TunnelPair.headers());
        await().until(() -> backend.connectFailures() >= 1);
        for (int i = 0; i < 20; i++) {
          bench.openBare(TunnelPair.headers());
          await().pollDelay(DIAL).until(() -> true);
        }
        bench.openBare(TunnelPair.headers()).reset();
        long failed = backend.connectFailures();
        long most = 2 + TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun);
        assertTrue(failed <= most, failed + " dials, not " + most);
        assertFalse(backend.isUnreachable());
        on.send(on.script().headers(3, true, ":status", "200", "grpc-status", "0"));
        first.end();
      }
    }
  }

  @Test
  void connectionThatWasDialledInVainBesideAnotherIsDialledAgain() throws IOException {
    try (FakeBackend backend = new FakeBackend();
        AgentBench bench =
            new AgentBench(
                AgentBench.keeping(
                    2, AgentBench.upstream(UpstreamBalance.ROUND_ROBIN, 2, backend)))) {
      bench.connect();
      try (Connection on = backend.accept()) {
        backend.acceptSilently().abort();
        try (Connection other = backend.accept()) {
          other.expect("settings ack", 0);
          on.expect("settings ack", 0);
        }
      }
    }
  }

  /** Its last waiter left without a stream, and the connection stayed for as long as the agent. */
  @Test
  void connectionThatGivesNoStreamIsClosedWhenItsUpstreamIsLetGo() throws IOException {
    try (FakeBackend full = new FakeBackend();
        AgentBench bench = new AgentBench(AgentBench.upstream(full))) {
      AgentBench.Call call = bench.openBare(TunnelPair.headers());
      try (Connection on = full.accept(3, 0)) { // MAX_CONCURRENT_STREAMS
        on.expect("settings ack", 0);
        bench.letGo();
        assertEquals(CallFailure.BACKEND_UNREACHABLE, call.reset().failure());
        on.expectClosed();
      }
    }
  }

  @Test
  void callWithNowhereElseToGoHasAllItsTime() throws IOException {
    try (FakeBackend silent = new FakeBackend();
        AgentBench bench = new AgentBench(AgentBench.upstream(silent))) {
      long begun = System.nanoTime();
      AgentBench.Call call = bench.openBare(TunnelPair.headers());
      try (Connection nothing = silent.acceptSilently()) {
        CallReset reset = call.reset();
        assertEquals(CallFailure.BACKEND_UNREACHABLE, reset.failure());
        assertFalse(reset.processed());
        assertFalse(System.nanoTime() - begun < 1_900_000_000L, "gave up too soon");
        nothing.expectClosed();
      }
    }
  }
}
