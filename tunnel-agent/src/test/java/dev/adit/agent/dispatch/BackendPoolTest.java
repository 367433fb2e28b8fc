package dev.adit.agent.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.agent.backend.Backend;
import dev.adit.agent.backend.BackendPool;
import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallReset;
import dev.adit.core.upstream.UpstreamBalance;
import dev.adit.core.upstream.UpstreamConfig;
import dev.adit.testing.http2.FakeBackend;
import dev.adit.testing.http2.FakeBackend.Connection;
import dev.adit.testing.tunnel.TunnelPair;
import io.netty.handler.codec.http2.Http2Error;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.logging.StreamHandler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Connections to backends: how many, when, and what becomes of calls when they end. */
final class BackendPoolTest {
  private static final int MAX_CONCURRENT_STREAMS = 3;

  private final FakeBackend one = new FakeBackend();
  private final FakeBackend two = new FakeBackend();
  private final List<AgentBench> benches = new ArrayList<>();

  BackendPoolTest() throws IOException {}

  @AfterEach
  void nothingIsLeft() throws IOException {
    benches.forEach(AgentBench::close);
    one.close();
    two.close();
  }

  private AgentBench bench(UpstreamConfig upstream) throws IOException {
    AgentBench bench = new AgentBench(upstream);
    benches.add(bench);
    return bench;
  }

  private static void answer(Connection on, int stream) throws IOException {
    on.send(on.script().headers(stream, true, ":status", "200", "grpc-status", "0"));
  }

  private static AgentBench.Call call(AgentBench bench) {
    return bench.openBare(TunnelPair.headers());
  }

  @Test
  void callsShareAConnection() throws IOException {
    AgentBench bench = bench(AgentBench.upstream(UpstreamBalance.ROUND_ROBIN, 2, one));
    List<AgentBench.Call> calls = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      calls.add(call(bench));
    }
    try (Connection on = one.accept()) {
      for (int stream = 3; stream <= 11; stream += 2) {
        on.expect("headers", stream);
        answer(on, stream);
      }
      calls.forEach(AgentBench.Call::end);
      assertFalse(one.isDialled(50));
    }
  }

  @Test
  void connectionsAreKeptWithoutCallsAndReplaced() throws IOException {
    UpstreamConfig upstream = AgentBench.upstream(UpstreamBalance.ROUND_ROBIN, 4, one);
    AgentBench bench = bench(AgentBench.keeping(2, upstream));
    bench.connect();
    try (Connection first = one.accept();
        Connection second = one.accept()) {
      bench.connect();
      assertFalse(one.isDialled(50));
      AgentBench.Call call = call(bench);
      first.expect("headers", 3);
      answer(first, 3);
      call.end();
      first.abort();
      try (Connection third = one.accept()) {
        assertFalse(one.isDialled(50));
        bench.letGo();
        second.expectClosed();
        third.expectClosed();
        assertFalse(one.isDialled(50));
      }
    }
  }

  @Test
  void backendThatEndsEachConnectionIsNotDialledInALoop() throws IOException {
    AgentBench bench = bench(AgentBench.keeping(1, AgentBench.upstream(one)));
    bench.connect();
    for (int round = 0; round < 2; round++) {
      try (Connection on = one.accept()) {
        on.readFor(100);
        on.abort();
      }
      assertFalse(one.isDialled(300), "dialled at once although no call waits");
    }
  }

  @Test
  void callBeyondTheBackendsLimitWaitsForAStream() throws IOException {
    AgentBench bench = bench(AgentBench.upstream(one));
    AgentBench.Call first = call(bench);
    AgentBench.Call second = call(bench);
    try (Connection on = one.accept(MAX_CONCURRENT_STREAMS, 1)) {
      on.expect("headers", 3);
      assertTrue(on.readFor(100).stream().noneMatch(frame -> frame.stream() == 5));
      answer(on, 3);
      first.end();
      on.expect("headers", 5);
      answer(on, 5);
      second.end();
    }
  }

  @Test
  void callBeyondTheLimitOpensAnotherConnectionWhereThatIsAllowed() throws IOException {
    AgentBench bench = bench(AgentBench.upstream(UpstreamBalance.ROUND_ROBIN, 2, one));
    AgentBench.Call first = call(bench);
    AgentBench.Call second = call(bench);
    try (Connection on = one.accept(MAX_CONCURRENT_STREAMS, 1)) {
      on.expect("headers", 3);
      try (Connection other = one.accept(MAX_CONCURRENT_STREAMS, 1)) {
        other.expect("headers", 3);
        answer(other, 3);
        answer(on, 3);
        first.end();
        second.end();
      }
    }
  }

  @Test
  void limitThatIsRaisedLetsWaitingCallsGo() throws IOException {
    AgentBench bench = bench(AgentBench.upstream(one));
    AgentBench.Call first = call(bench);
    AgentBench.Call second = call(bench);
    try (Connection on = one.accept(MAX_CONCURRENT_STREAMS, 1)) {
      on.expect("headers", 3);
      on.send(on.script().settings(MAX_CONCURRENT_STREAMS, 2));
      on.expect("headers", 5);
      answer(on, 3);
      answer(on, 5);
      first.end();
      second.end();
    }
  }

  /** A stream beyond a limit lowered meanwhile was reset before it was opened: a protocol error. */
  @Test
  void limitThatIsLoweredWhileACallWaitsForAcceptedHoldsItBack() throws IOException {
    AgentBench bench = bench(AgentBench.upstream(one));
    AgentBench.Call first = call(bench);
    try (Connection on = one.accept(MAX_CONCURRENT_STREAMS, 2)) {
      on.expect("headers", 3);
      bench.agentMaySend(false);
      AgentBench.Call second = call(bench);
      bench.await(() -> bench.upstream().backends().get(0).calls() == 2);
      on.send(on.script().settings(MAX_CONCURRENT_STREAMS, 1));
      on.expect("settings ack", 0);
      bench.agentMaySend(true);
      assertTrue(on.readFor(100).stream().noneMatch(frame -> frame.stream() == 5));
      answer(on, 3);
      first.end();
      on.expect("headers", 5);
      answer(on, 5);
      second.end();
    }
  }

  @Test
  void callThatWaitsTooLongForAStreamIsUnprocessed() throws IOException {
    AgentBench bench = bench(AgentBench.upstream(one));
    AgentBench.Call first = call(bench);
    try (Connection on = one.accept(MAX_CONCURRENT_STREAMS, 1)) {
      on.expect("headers", 3);
      CallReset reset = call(bench).reset();
      assertEquals(CallFailure.BACKEND_UNREACHABLE, reset.failure());
      assertFalse(reset.processed());
      assertFalse(bench.upstream().backends().get(0).isUnreachable());
      answer(on, 3);
      first.end();
    }
  }

  @Test
  void goAwayLetsCallsBelowFinishAndBeginsThoseAboveAnew() throws IOException {
    AgentBench bench = bench(AgentBench.upstream(one));
    AgentBench.Call below = bench.open().send("below", true);
    try (Connection on = one.accept()) {
      on.expectBody(3);
      AgentBench.Call above = bench.open().send("above", true);
      on.expectBody(5);
      on.send(on.script().goAway(3, 0));
      try (Connection next = one.accept()) {
        next.expect("headers", 3);
        assertEquals("above", next.expectBody(3));
        answer(next, 3);
        above.end();
        answer(on, 3);
        assertEquals(List.of("accepted", "head 200 last"), below.end());
        on.expectClosed();
      }
    }
  }

  @Test
  void goAwayInTwoStepsLosesNoCall() throws IOException {
    AgentBench bench = bench(AgentBench.upstream(one));
    AgentBench.Call first = call(bench);
    try (Connection on = one.accept()) {
      on.expect("headers", 3);
      on.send(on.script().goAway(Integer.MAX_VALUE, 0));
      on.readFor(50);
      AgentBench.Call second = call(bench);
      try (Connection next = one.accept()) {
        next.expect("headers", 3);
        answer(next, 3);
        second.end();
        on.send(on.script().goAway(3, 0));
        answer(on, 3);
        first.end();
        on.expectClosed();
      }
    }
  }

  @Test
  void goAwayWithAnErrorEndsItsCallsByThatError() throws IOException {
    AgentBench bench = bench(AgentBench.upstream(one));
    AgentBench.Call call = call(bench);
    try (Connection on = one.accept()) {
      on.expect("headers", 3);
      on.send(on.script().goAway(3, (int) Http2Error.ENHANCE_YOUR_CALM.code()));
      on.abort();
      CallReset reset = call.reset();
      assertEquals(CallFailure.BACKEND_RESET, reset.failure());
      assertEquals(Http2Error.ENHANCE_YOUR_CALM.code(), reset.http2Code());
    }
  }

  @Test
  void backendThatRefusesConnectionsIsPassedOver() throws IOException {
    AgentBench bench = bench(AgentBench.upstream(UpstreamBalance.ROUND_ROBIN, 1, one, two));
    one.close();
    AgentBench.Call first = bench.open().send("body", true);
    AgentBench.Call second = bench.open().send("body", true);
    try (Connection on = two.accept()) {
      for (int stream = 3; stream <= 5; stream += 2) {
        assertEquals("body", on.expectBody(stream));
        answer(on, stream);
      }
      assertEquals(List.of("accepted", "head 200 last"), first.end());
      second.end();
      assertTrue(bench.upstream().backends().get(0).isUnreachable());
    }
  }

  @Test
  void callThatNoBackendTakesIsUnprocessed() throws IOException {
    AgentBench bench = bench(AgentBench.upstream(UpstreamBalance.ROUND_ROBIN, 1, one, two));
    one.close();
    two.close();
    CallReset reset = bench.open().send("body", true).reset();
    assertEquals(CallFailure.BACKEND_UNREACHABLE, reset.failure());
    assertFalse(reset.processed());
    assertFalse(reset.message().contains("127.0.0.1"));
  }

  /** It was shunned for ever while another backend was well. */
  @Test
  void backendThatCouldNotBeReachedIsTriedAgainWithoutACall() throws IOException {
    AgentBench bench = bench(AgentBench.upstream(UpstreamBalance.ROUND_ROBIN, 1, one, two));
    AgentBench.Call call = call(bench);
    one.acceptSilently().abort();
    try (Connection on = two.accept()) {
      on.expect("headers", 3);
      answer(on, 3);
      call.end();
      Backend shunned = bench.upstream().backends().get(0);
      assertTrue(shunned.isUnreachable());
      try (Connection again = one.accept()) {
        bench.await(() -> !shunned.isUnreachable());
        assertTrue(again.readFor(20).stream().noneMatch(frame -> frame.type().equals("headers")));
      }
    }
  }

  @Test
  void backendThatAcceptsButSpeaksNoHttp2IsUnreachable() throws IOException {
    AgentBench bench = bench(AgentBench.upstream(UpstreamBalance.ROUND_ROBIN, 1, one, two));
    AgentBench.Call first = call(bench);
    try (Connection silent = one.acceptSilently()) {
      assertEquals(CallFailure.BACKEND_UNREACHABLE, first.reset().failure());
      Backend shunned = bench.upstream().backends().get(0);
      bench.await(shunned::isUnreachable);
      silent.expectClosed();
    }
    AgentBench.Call second = call(bench);
    AgentBench.Call third = call(bench);
    try (Connection on = two.accept()) {
      for (int stream = 3; stream <= 5; stream += 2) {
        on.expect("headers", stream);
        answer(on, stream);
      }
      second.end();
      third.end();
    }
  }

  @Test
  void connectionThatWasLostIsDialledAnewForThoseWhoWait() throws IOException {
    AgentBench bench = bench(AgentBench.upstream(one));
    AgentBench.Call running = call(bench);
    Connection on = one.accept(MAX_CONCURRENT_STREAMS, 1);
    on.expect("headers", 3);
    AgentBench.Call waiting = call(bench);
    bench.await(() -> bench.upstream().backends().get(0).calls() == 2);
    on.abort();
    on.close();
    assertEquals(CallFailure.BACKEND_UNREACHABLE, running.reset().failure());
    try (Connection next = one.accept()) {
      next.expect("headers", 3);
      assertEquals(1, bench.upstream().backends().get(0).connections());
      answer(next, 3);
      assertEquals(List.of("accepted", "head 200 last"), waiting.end());
    }
  }

  /** As when a server hands out another configuration. */
  @Test
  void upstreamThatIsLetGoClosesItsConnectionsWithTheirLastCall() throws IOException {
    AgentBench bench = bench(AgentBench.upstream(one, two));
    AgentBench.Call first = call(bench);
    try (Connection busy = one.accept()) {
      busy.expect("headers", 3);
      AgentBench.Call second = call(bench);
      try (Connection idle = two.accept()) {
        idle.expect("headers", 3);
        answer(idle, 3);
        second.end();
        bench.letGo();
        idle.expectClosed();
      }
      answer(busy, 3);
      first.end();
      busy.expectClosed();
    }
  }

  /** As at the end of an agent that still dials. */
  @Test
  void upstreamThatIsLetGoWhileItIsDialledSaysNothing() throws IOException {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    StreamHandler ear = new StreamHandler(said, new SimpleFormatter());
    Logger log = Logger.getLogger(BackendPool.class.getName());
    log.addHandler(ear);
    try {
      AgentBench bench = bench(AgentBench.upstream(one));
      AgentBench.Call call = call(bench);
      Connection silent = one.acceptSilently();
      bench.letGo();
      silent.abort();
      assertEquals(CallFailure.BACKEND_UNREACHABLE, call.reset().failure());
      ear.flush();
      assertEquals("", said.toString(StandardCharsets.UTF_8));
    } finally {
      log.removeHandler(ear);
    }
  }
}
