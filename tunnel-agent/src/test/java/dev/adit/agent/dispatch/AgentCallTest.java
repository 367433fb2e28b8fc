package dev.adit.agent.dispatch;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.CallProtocol;
import dev.adit.core.call.CallReset;
import dev.adit.core.call.HeaderFields;
import dev.adit.testing.http2.FakeBackend;
import dev.adit.testing.http2.FakeBackend.Connection;
import dev.adit.testing.http2.Http2Script.Seen;
import dev.adit.testing.tunnel.TunnelPair;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.util.AsciiString;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One call between its tunnel and a backend. */
final class AgentCallTest {
  private static final int INITIAL_WINDOW = 4;

  private final FakeBackend backend = new FakeBackend();
  private AgentBench bench = new AgentBench(AgentBench.upstream(backend));

  AgentCallTest() throws IOException {}

  @BeforeEach
  void nothingRuns() {
    assertEquals(0, bench.dispatcher().running());
  }

  @AfterEach
  void nothingIsLeft() throws IOException {
    bench.close();
    backend.close();
  }

  private static Connection answered(Connection on, int stream) throws IOException {
    on.send(
        on.script().headers(stream, false, ":status", "200", "content-type", "application/grpc"));
    on.send(on.script().data(stream, false, "response"));
    on.send(on.script().headers(stream, true, "grpc-status", "0"));
    return on;
  }

  @Test
  void callGoesToTheBackendAndItsResponseBack() throws IOException {
    AgentBench.Call call = bench.open().send("request", true);
    try (Connection on = backend.accept()) {
      Seen head = on.expect("headers", 3);
      assertEquals("POST", head.header(":method"));
      assertEquals("/shop.Cart/Add", head.header(":path"));
      assertEquals("shop.example", head.header(":authority"));
      assertEquals("http", head.header(":scheme"));
      assertEquals("request", on.expectBody(3));
      answered(on, 3);
      assertEquals(List.of("accepted", "head 200", "chunk", "trailers last"), call.end());
      assertEquals("response", call.body());
      bench.awaitNothingLeft();
    }
  }

  @Test
  void informationalHeadsAndTrailersOnlyPass() throws IOException {
    AgentBench.Call call = bench.openBare(TunnelPair.headers());
    try (Connection on = backend.accept()) {
      assertFalse(on.expect("headers", 3).last());
      assertTrue(on.expect("data", 3).last());
      on.send(on.script().headers(3, false, ":status", "103"));
      on.send(on.script().headers(3, true, ":status", "200", "grpc-status", "5"));
      assertEquals(List.of("accepted", "head 103", "head 200 last"), call.end());
    }
  }

  @Test
  void backendSeesNothingBeforeAcceptedIsOnItsWay() throws IOException {
    bench.agentMaySend(false);
    AgentBench.Call call = bench.open().send("request", true);
    try (Connection on = backend.accept()) {
      assertTrue(on.readFor(150).stream().noneMatch(frame -> frame.type().equals("headers")));
      bench.agentMaySend(true);
      on.expect("headers", 3);
      assertEquals(List.of("accepted"), call.events(1));
      answered(on, 3);
      call.end();
    }
  }

  @Test
  void callerWhoCancelsResetsTheBackendsStream() throws IOException {
    AgentBench.Call call = bench.open().send("part", false);
    try (Connection on = backend.accept()) {
      on.expect("data", 3);
      call.cancel();
      assertEquals(Http2Error.CANCEL.code(), on.expect("reset", 3).number());
      bench.awaitNothingLeft();
    }
  }

  @Test
  void callerWhoCancelsWhileTheAgentDialsLeavesNothing() throws IOException {
    AgentBench.Call call = bench.open().send("part", false);
    try (Connection on = backend.acceptSilently()) {
      call.cancel();
      bench.awaitNothingLeft();
      on.send(on.script().settings());
      AgentBench.Call next = bench.openBare(TunnelPair.headers());
      assertTrue(on.expect("data", 3).last());
      answered(on, 3);
      assertEquals("trailers last", next.end().get(3));
    }
  }

  @Test
  void responseThatEndsBeforeTheRequestStopsTheSenderAndFreesTheStream() throws IOException {
    AgentBench.Call call = bench.open().send("part", false);
    try (Connection on = backend.accept()) {
      on.expect("data", 3);
      on.send(on.script().headers(3, true, ":status", "200", "grpc-status", "8"));
      assertEquals(List.of("accepted", "head 200 last"), call.end());
      assertEquals(Http2Error.NO_ERROR.code(), on.expect("reset", 3).number());
      bench.awaitNothingLeft();
    }
  }

  @Test
  void responseThatEndsWhileRequestBytesWaitForTheBackendsWindowStopsThem() throws IOException {
    AgentBench.Call call = bench.open().send("x".repeat(1000), true);
    try (Connection on = backend.accept(INITIAL_WINDOW, 10)) {
      on.expect("data", 3);
      answered(on, 3);
      call.end();
      assertEquals(Http2Error.NO_ERROR.code(), on.expect("reset", 3).number());
    }
  }

  @Test
  void bytesThatComeAfterTheBackendsEndAreGivenBackAsCredit() throws IOException {
    bench.close();
    bench = new AgentBench(AgentBench.upstream(backend), 1024);
    AgentBench.Call call = bench.open().send("x", false);
    try (Connection on = backend.accept()) {
      on.expect("data", 3);
      on.send(on.script().headers(3, false, ":status", "200"));
      // More than the response's window, and nobody reads: the end stays behind in the tunnel.
      on.send(on.script().data(3, false, "y".repeat(3000)));
      on.send(on.script().headers(3, true, "grpc-status", "0"));
      on.expect("reset", 3);
      call.send("z".repeat(5000), true);
      bench.await(() -> call.requestConsumed() == 5001);
      call.readToEnd();
    }
  }

  @Test
  void serversWindowMayBeSmallerThanTheAgentsOwn() throws IOException {
    bench.close();
    bench = new AgentBench(AgentBench.upstream(backend), 1024);
    AgentBench.Call call = bench.open().send("x".repeat(20_000), true);
    try (Connection on = backend.accept()) {
      assertEquals(20_000, on.expectBody(3).length());
      answered(on, 3);
      call.end();
    }
  }

  @Test
  void requestLeavesOnlyAsTheBackendsWindowLetsIt() throws IOException {
    AgentBench.Call call = bench.open().send("x".repeat(100), true);
    try (Connection on = backend.accept(INITIAL_WINDOW, 30)) {
      assertEquals(30, on.expect("data", 3).number());
      on.send(on.script().windowUpdate(3, 25));
      assertEquals(25, on.expect("data", 3).number());
      on.send(on.script().windowUpdate(3, 100));
      Seen rest = on.expect("data", 3);
      assertEquals(45, rest.number());
      assertTrue(rest.last());
      answered(on, 3);
      call.end();
    }
  }

  @Test
  void backendsResetIsMappedAndCountsAsProcessed() throws IOException {
    AgentBench.Call call = bench.open().send("request", true);
    try (Connection on = backend.accept()) {
      on.expectBody(3);
      on.send(on.script().reset(3, (int) Http2Error.ENHANCE_YOUR_CALM.code()));
      CallReset reset = call.reset();
      assertEquals(CallFailure.BACKEND_RESET, reset.failure());
      assertEquals(Http2Error.ENHANCE_YOUR_CALM.code(), reset.http2Code());
      assertTrue(reset.processed());
    }
  }

  @Test
  void resetAfterTheEndOfTheResponseIsNoError() throws IOException {
    AgentBench.Call call = bench.open().send("part", false);
    try (Connection on = backend.accept()) {
      on.expect("data", 3);
      answered(on, 3);
      on.send(on.script().reset(3, 0));
      assertEquals("trailers last", call.end().get(3));
      assertTrue(bench.tunnelLives());
    }
  }

  @Test
  void lostConnectionEndsItsCalls() throws IOException {
    AgentBench.Call call = bench.open().send("request", true);
    Connection on = backend.accept();
    on.expectBody(3);
    on.abort();
    CallReset reset = call.reset();
    assertEquals(CallFailure.BACKEND_UNREACHABLE, reset.failure());
    assertTrue(reset.processed());
    on.close();
  }

  @Test
  void refusedCallBeginsAnewWithItsBodySentOnce() throws IOException {
    AgentBench.Call call = bench.open().send("first ", false);
    try (Connection on = backend.accept()) {
      on.expect("data", 3);
      call.send("second", true);
      on.expect("data", 3);
      on.send(on.script().reset(3, (int) Http2Error.REFUSED_STREAM.code()));
      on.expect("headers", 5);
      assertEquals("first second", on.expectBody(5));
      answered(on, 5);
      assertEquals(List.of("accepted", "head 200", "chunk", "trailers last"), call.end());
      assertEquals(12, call.requestConsumed());
    }
  }

  /** What a refused stream had not sent yet came back as if it had left, and was counted twice. */
  @Test
  void bytesThatARefusedStreamHadNotSentAreNotCountedAsSent() throws IOException {
    bench.close();
    bench = new AgentBench(AgentBench.upstream(backend), 8 * 1024);
    AgentBench.Call call = bench.open().send("x".repeat(30_000), true);
    try (Connection on = backend.accept(INITIAL_WINDOW, 10)) {
      on.expect("data", 3);
      on.send(on.script().reset(3, (int) Http2Error.REFUSED_STREAM.code()));
      assertEquals(10, on.expect("data", 5).number());
      on.readFor(100);
      assertEquals(8 * 1024, call.requestConsumed());
      on.send(on.script().windowUpdate(5, 60_000));
      assertEquals(29_990, on.expectBody(5).length());
      answered(on, 5);
      assertEquals("trailers last", call.end().get(3));
      assertTrue(bench.tunnelLives());
    }
  }

  @Test
  void agentShortOfMemoryLeavesCallsToOthers() throws IOException {
    bench.memory().exhausted(true);
    CallReset reset = bench.open().send("request", true).reset();
    assertEquals(CallFailure.AGENT_OVERLOADED, reset.failure());
    assertFalse(reset.processed());
    bench.memory().exhausted(false);
    bench.open().send("request", true);
    try (Connection on = backend.accept()) {
      on.expectBody(3);
    }
  }

  /** Several servers may each give it as many as it says that it takes. */
  @Test
  void agentTakesNoMoreCallsThanItSaysAndLeavesTheOthersToOthers() throws IOException {
    List<AgentBench.Call> calls = new ArrayList<>();
    calls.add(bench.open());
    try (Connection on = backend.accept()) {
      while (calls.size() < AgentBench.CAPACITY) {
        calls.add(bench.open());
      }
      CallReset reset = bench.open().send("request", true).reset();
      assertEquals(CallFailure.AGENT_OVERLOADED, reset.failure());
      assertFalse(reset.processed());
      calls.forEach(AgentBench.Call::cancel);
      await().until(() -> bench.dispatcher().running() == 0);
      bench.open().send("request", true);
      on.expectBody(3 + 2 * AgentBench.CAPACITY);
    }
  }

  @Test
  void callThatIsRefusedAgainAndAgainIsGivenUpUnprocessed() throws IOException {
    AgentBench.Call call = bench.open().send("request", true);
    try (Connection on = backend.accept()) {
      for (int stream = 3; stream <= 7; stream += 2) {
        on.expectBody(stream);
        on.send(on.script().reset(stream, (int) Http2Error.REFUSED_STREAM.code()));
      }
      CallReset reset = call.reset();
      assertEquals(CallFailure.BACKEND_RESET, reset.failure());
      assertFalse(reset.processed());
    }
  }

  @Test
  void callTooLargeToSendAgainIsNotBegunAnew() throws IOException {
    AgentBench.Call call =
        bench.open().send("x".repeat(60_000), false).send("y".repeat(9000), true);
    try (Connection on = backend.accept(INITIAL_WINDOW, 100_000)) {
      on.send(on.script().windowUpdate(0, 100_000));
      on.expectBody(3);
      on.send(on.script().reset(3, (int) Http2Error.REFUSED_STREAM.code()));
      assertFalse(call.reset().processed());
      assertTrue(on.readFor(100).stream().noneMatch(frame -> frame.stream() == 5));
    }
  }

  @Test
  void timeLeftIsForwardedAndABackendsCancelAfterItIsADeadline() throws IOException {
    AgentBench.Call call = bench.openBare(withTimeout(300));
    try (Connection on = backend.accept()) {
      String timeout = on.expect("headers", 3).header("grpc-timeout");
      assertTrue(timeout.endsWith("u") || timeout.endsWith("n"), timeout);
      assertTrue(Long.parseLong(timeout.substring(0, timeout.length() - 1)) <= 300_000);
      on.readFor(350);
      on.send(on.script().reset(3, (int) Http2Error.CANCEL.code()));
      assertEquals(CallFailure.DEADLINE, call.reset().failure());
    }
  }

  private static CallHeaders withTimeout(long millis) {
    CallHeaders usual = TunnelPair.headers();
    return new CallHeaders(
        usual.protocol(),
        usual.method(),
        usual.scheme(),
        usual.authority(),
        usual.path(),
        usual.fields(),
        TimeUnit.MILLISECONDS.toNanos(millis));
  }

  @Test
  void headThatNoBackendMaySeeIsRefused() {
    CallHeaders broken =
        new CallHeaders(
            CallProtocol.GRPC,
            AsciiString.of("POST"),
            AsciiString.of("http"),
            AsciiString.of("host"),
            AsciiString.of("/p"),
            new HeaderFields().add(AsciiString.of("a"), AsciiString.of("b\r\nc: d")),
            CallHeaders.NO_TIMEOUT);
    CallReset reset = bench.open(broken).send("body", true).reset();
    assertEquals(CallFailure.MALFORMED, reset.failure());
    assertFalse(reset.processed());
  }

  @Test
  void lostTunnelCancelsAtTheBackend() throws IOException {
    bench.open().send("part", false);
    try (Connection on = backend.accept()) {
      on.expect("data", 3);
      bench.cut();
      assertEquals(Http2Error.CANCEL.code(), on.expect("reset", 3).number());
    }
  }
}
