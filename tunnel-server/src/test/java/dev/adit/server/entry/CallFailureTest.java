package dev.adit.server.entry;

import static dev.adit.server.entry.EntryBench.fields;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallReset;
import dev.adit.core.call.ResponseHead;
import dev.adit.testing.http2.Http2Script.Seen;
import dev.adit.testing.tunnel.TunnelPair;
import dev.adit.testing.tunnel.TunnelPair.Arrived;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.util.AsciiString;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a caller is told when a call fails: one row of the table each. */
final class CallFailureTest {
  private final EntryBench bench = new EntryBench();
  private final TunnelPair agent = bench.join("a", 2);

  CallFailureTest() throws IOException {}

  @AfterEach
  void nothingIsLeft() {
    bench.close();
  }

  private Arrived call() {
    return EntryBench.call(agent);
  }

  private static void assertGrpc(Seen frame, int status, String reason) {
    assertTrue(frame.last());
    assertEquals("200", frame.header(":status"));
    assertEquals("application/grpc", frame.header("content-type"));
    assertEquals(Integer.toString(status), frame.header("grpc-status"));
    assertEquals(reason, frame.header("x-tunnel-reason"));
    assertEquals(24, frame.header("x-request-id").length());
  }

  @ParameterizedTest
  @EnumSource(
      value = CallFailure.class,
      names = {"CANCELLED", "DRAINING", "BACKEND_RESET"},
      mode = EnumSource.Mode.EXCLUDE)
  void everyFailureHasItsGrpcStatusAndReason(CallFailure failure) {
    bench.send(bench.grpc(1, true));
    call().response().onReset(CallReset.failed(failure, "100 % of gr\u00fcn"));
    bench.settle();
    Seen frame = bench.one(1);
    assertGrpc(frame, failure.grpcCode().number(), failure.token().toString());
    assertEquals("100 %25 of gr%C3%BCn", frame.header("grpc-message"));
    assertEquals(
        failure.asksForPushback() ? "1000" : "(none)", frame.header("grpc-retry-pushback-ms"));
  }

  @ParameterizedTest
  @EnumSource(
      value = CallFailure.class,
      names = {"CANCELLED", "DRAINING"},
      mode = EnumSource.Mode.EXCLUDE)
  void everyFailureHasItsHttpStatusAndReason(CallFailure failure) {
    bench.send(bench.http(1, "GET", true));
    call().response().onReset(CallReset.failed(failure, "why"));
    bench.settle();
    List<Seen> frames = bench.news(1);
    assertEquals(Integer.toString(failure.httpStatus()), frames.get(0).header(":status"));
    assertEquals(failure.token().toString(), frames.get(0).header("x-tunnel-reason"));
    assertEquals("why (" + failure.token() + ")\n", frames.get(1).text().get(0));
    assertTrue(frames.get(1).last());
  }

  @ParameterizedTest
  @CsvSource({"7, 14", "8, 1", "11, 8", "12, 7", "1, 13", "2, 13", "0, 13", "255, 13"})
  void backendsResetIsMappedAsGrpcPrescribes(int http2Code, int status) {
    bench.send(bench.grpc(1, true));
    call().response().onReset(new CallReset(CallFailure.BACKEND_RESET, http2Code, true, "reset"));
    bench.settle();
    assertGrpc(bench.one(1), status, "backend-reset");
  }

  /** A backend that ends its stream behind what would be Trailers-Only. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void statusOfAHeadStaysWhenOnlyAnEndFollows(boolean later) {
    bench.send(bench.grpc(1, true));
    ResponseHead head =
        new ResponseHead(200, fields("content-type", "application/grpc", "grpc-status", "5"));
    call().response().onHead(head, false);
    if (later) {
      bench.settle();
    }
    call().response().onResponseChunk(agent.chunk(0), true);
    bench.settle();
    Seen frame = bench.one(1);
    assertTrue(frame.last());
    assertEquals("5", frame.header("grpc-status"));
    assertEquals("(none)", frame.header("x-tunnel-reason"));
  }

  @Test
  void failureAfterTheHeadIsToldInTrailersOrByReset() {
    bench.send(bench.grpc(1, true), bench.http(3, "GET", true));
    for (Arrived each : agent.agent().arrived()) {
      each.response()
          .onHead(new ResponseHead(200, fields("content-type", "application/grpc")), false);
    }
    bench.settle();
    for (Arrived each : agent.agent().arrived()) {
      each.response().onReset(CallReset.failed(CallFailure.BACKEND_UNREACHABLE, "lost"));
    }
    bench.settle();
    List<Seen> grpc = bench.all(1);
    assertEquals("14", grpc.get(1).header("grpc-status"));
    assertEquals("(none)", grpc.get(1).header(":status"));
    assertEquals("backend-unreachable", grpc.get(1).header("x-tunnel-reason"));
    List<Seen> http = bench.all(3);
    assertEquals("reset", http.get(http.size() - 1).type());
    assertEquals(Http2Error.INTERNAL_ERROR.code(), http.get(http.size() - 1).number());
  }

  /** Clients end their connection, with all its calls, at a list beyond what they take. */
  @Test
  void responseWhoseHeadTheCallerDoesNotTakeEndsItsCallOnly() {
    bench.send(bench.script().settings(6, 400), bench.grpc(1, true));
    call().response().onHead(new ResponseHead(200, fields("grpc-status", "0", "a", "b")), true);
    bench.settle();
    assertEquals("0", bench.one(1).header("grpc-status"));
    bench.send(bench.grpc(3, true));
    ResponseHead large = new ResponseHead(200, fields("grpc-status", "0", "a", "b".repeat(300)));
    call().response().onHead(large, true);
    bench.settle();
    assertGrpc(bench.one(3), 8, "header-too-large");
  }

  @Test
  void noRuleIsUnimplementedAndNamesWhatWasAsked() throws IOException {
    EntrySettings settings = new EntrySettings();
    settings.hasRule = false;
    try (EntryBench unruled = new EntryBench(settings)) {
      unruled.send(unruled.grpc(1, true), unruled.http(3, "GET", true));
      List<Seen> grpc = unruled.all(1);
      assertGrpc(grpc.get(0), 12, "no-rule");
      assertEquals(
          "no rule matches host=shop.example service=shop.Cart method=Add",
          grpc.get(0).header("grpc-message"));
      assertEquals("404", unruled.all(3).get(0).header(":status"));
      // A path need not be ASCII, and is told as it came: two bytes are one letter of UTF-8 here.
      String[] caller = {
        ":method", "POST",
        ":scheme", "http",
        ":path", "/s.S/Caf\u00C3\u00A9",
        ":authority", "shop.example",
        "content-type", "application/grpc"
      };
      unruled.send(unruled.script().headers(5, true, caller));
      assertEquals(
          "no rule matches host=shop.example service=s.S method=Caf%C3%A9",
          unruled.all(5).get(0).header("grpc-message"));
    }
  }

  /** Some clients are at a loss with an answer that comes before their request is sent. */
  @Test
  void callerThatIsRefusedMayEndItsRequestFirst() throws IOException {
    EntrySettings settings = new EntrySettings();
    settings.hasRule = false;
    try (EntryBench unruled = new EntryBench(settings)) {
      unruled.send(unruled.grpc(1, false), unruled.grpc(3, false), unruled.grpc(5, false));
      assertEquals(List.of(), unruled.all(1));
      unruled.send(unruled.script().data(1, true, "request"));
      assertGrpc(unruled.one(1), 12, "no-rule");
      unruled.send(unruled.script().data(3, false, "of this there is more"));
      unruled.send(unruled.script().reset(5, 8));
      assertEquals(List.of(), unruled.all(3));
      unruled.advance(Duration.ofMillis(50));
      assertGrpc(unruled.one(3), 12, "no-rule");
      unruled.advance(Duration.ofMillis(50));
      assertEquals("reset 3 last 0 []", unruled.one(3).toString());
      assertEquals(List.of(), unruled.all(5), "it has left");
      assertEquals(1, unruled.all(1).size());
    }
  }

  @Test
  void noAgentIsUnavailableWithPushback() {
    agent.cut();
    bench.send(bench.grpc(1, true));
    Seen frame = bench.one(1);
    assertGrpc(frame, 14, "no-agent");
    assertEquals("1000", frame.header("grpc-retry-pushback-ms"));
  }

  @Test
  void callsAreRefusedWhileTheServerIsShortOfMemory() {
    bench.memory().exhausted(true);
    bench.send(bench.grpc(1, true));
    Seen frame = bench.one(1);
    assertGrpc(frame, 14, "server-overloaded");
    assertEquals("1000", frame.header("grpc-retry-pushback-ms"));
    bench.memory().exhausted(false);
    bench.send(bench.grpc(3, true));
    assertEquals(List.of(), bench.news(3));
  }

  @Test
  void fullAgentIsOverloadedUntilASlotIsFree() {
    bench.send(bench.grpc(1, true), bench.grpc(3, true));
    bench.send(bench.grpc(5, true));
    assertGrpc(bench.one(5), 8, "agent-overloaded");
    bench.send(bench.script().reset(1, 8));
    bench.send(bench.grpc(7, true));
    assertEquals(List.of(), bench.news(7));
    assertEquals(2, bench.session(0).calls());
  }

  @Test
  void drainingServerRefusesTheStreamWhereNothingWasSent() {
    agent.cut();
    bench.drain().begin();
    bench.send(bench.grpc(1, true), bench.http(3, "GET", true));
    for (int stream = 1; stream <= 3; stream += 2) {
      Seen only = bench.all(stream).get(0);
      assertEquals("reset", only.type());
      assertEquals(Http2Error.REFUSED_STREAM.code(), only.number());
    }
  }

  /** Its client would call again, as one that no backend has seen. */
  @Test
  void drainingServerRefusesNoStreamThatABackendMayHaveSeen() {
    bench.drain().begin();
    bench.send(bench.grpc(1, true));
    call().response().onReset(CallReset.failed(CallFailure.NO_AGENT, "tried before"));
    bench.settle();
    assertGrpc(bench.one(1), 14, "no-agent");
  }

  @Test
  void lostTunnelIsUnavailableOnceTheCallWasAccepted() {
    bench.send(bench.grpc(1, true));
    call().response().onAccepted(AsciiString.of("up"), AsciiString.of("10.0.0.1:80"));
    bench.settle();
    agent.cut();
    bench.settle();
    Seen frame = bench.one(1);
    assertGrpc(frame, 14, "tunnel-lost");
    assertTrue(frame.text().stream().noneMatch(line -> line.contains("10.0.0.1")));
  }

  @Test
  void headerListBeyondTheLimitIsAnsweredInTheCallersProtocol() {
    bench.send(bench.grpc(1, true, "big", EntryBench.body(2048)));
    assertGrpc(bench.one(1), 8, "header-too-large");
    bench.send(bench.http(3, "GET", true, "big", EntryBench.body(2048)));
    assertEquals("431", bench.news(3).get(0).header(":status"));
    bench.send(bench.grpc(5, true, "big", EntryBench.body(5000)));
    assertGrpc(bench.one(5), 8, "header-too-large");
    bench.send(bench.grpc(7, true));
    assertEquals(1, agent.agent().arrived().size());
    bench.send(bench.script().reset(7, 8));
  }

  @ParameterizedTest
  @CsvSource({"relative", "/with blank", "/frag#ment", "''"})
  void pathThatIsNoneIsMalformed(String path) {
    byte[] head =
        bench
            .script()
            .headers(
                1,
                true,
                ":method",
                "POST",
                ":scheme",
                "http",
                ":path",
                path,
                ":authority",
                "a",
                "content-type",
                "application/grpc");
    bench.send(head);
    Seen frame = bench.one(1);
    if (frame.type().equals("reset")) {
      assertEquals(Http2Error.PROTOCOL_ERROR.code(), frame.number());
    } else {
      assertGrpc(frame, 13, "malformed");
    }
  }

  @Test
  void failureOfAHeadRequestHasNoBody() {
    bench.send(bench.http(1, "HEAD", true));
    call().response().onReset(CallReset.failed(CallFailure.BACKEND_UNREACHABLE, "why"));
    bench.settle();
    Seen only = bench.one(1);
    assertEquals("502", only.header(":status"));
    assertTrue(only.last());
  }

  @ParameterizedTest
  @CsvSource({
    "400, 13", "401, 16", "403, 7", "404, 12", "429, 14", "502, 14", "503, 14", "504, 14", "200, 2",
    "302, 2", "500, 2"
  })
  void answerThatIsNotGrpcIsMappedByItsHttpStatus(int http, int status) {
    bench.send(bench.grpc(1, true));
    call().response().onHead(new ResponseHead(http, fields("content-type", "text/html")), false);
    bench.settle();
    assertGrpc(bench.one(1), status, "backend-http");
    assertNotNull(call().request().cancelled());
    call().response().onResponseChunk(agent.chunk(10), true);
    bench.settle();
  }

  @Test
  void answerThatEndsWithoutAStatusIsUnknown() {
    bench.send(bench.grpc(1, true), bench.grpc(3, true));
    Arrived first = agent.agent().arrived().get(0);
    Arrived second = agent.agent().arrived().get(1);
    ResponseHead head = new ResponseHead(200, fields("content-type", "application/grpc+proto"));
    first.response().onHead(head, false);
    first.response().onTrailers(fields("other", "x"));
    second.response().onHead(head, false);
    second.response().onResponseChunk(agent.chunk(3), true);
    bench.settle();
    for (int stream = 1; stream <= 3; stream += 2) {
      List<Seen> frames = bench.all(stream);
      Seen end = frames.get(frames.size() - 1);
      assertEquals("2", end.header("grpc-status"));
      assertEquals("backend-http", end.header("x-tunnel-reason"));
    }
  }

  @Test
  void statusOfTheBackendIsNeverChanged() {
    bench.send(bench.grpc(1, true));
    call().response().onHead(new ResponseHead(503, fields("grpc-status", "9", "x", "y")), true);
    bench.settle();
    Seen only = bench.one(1);
    assertEquals("503", only.header(":status"));
    assertEquals("9", only.header("grpc-status"));
    assertEquals("(none)", only.header("x-tunnel-reason"));
  }

  @Test
  void fieldsThatMayNotBeWrittenEndTheCallOnly() {
    bench.send(bench.grpc(1, true));
    ResponseHead bad =
        new ResponseHead(200, fields("content-type", "application/grpc", "bad", "a\r\nb: c"));
    call().response().onHead(bad, false);
    bench.settle();
    assertGrpc(bench.one(1), 13, "backend-reset");
    assertTrue(bench.isConnected());
  }

  /** What waits for a slow caller, or a slow backend, need not be followed by more for a while. */
  @Test
  void callThatMovesBySmallStepsIsNotIdle() throws IOException {
    EntrySettings settings = new EntrySettings();
    settings.idleTimeout = Duration.ofSeconds(2);
    try (EntryBench idle = new EntryBench(settings)) {
      TunnelPair only = idle.join("a", 10);
      idle.send(idle.script().settings(EntryBench.initialWindow(), 0), idle.grpc(1, false));
      Arrived slow = EntryBench.call(only);
      ResponseHead head = new ResponseHead(200, fields("content-type", "application/grpc"));
      slow.response().onHead(head, false);
      for (int i = 0; i < 3; i++) {
        slow.response().onResponseChunk(only.chunk(300), false);
      }
      idle.settle();
      for (int i = 0; i < 3; i++) {
        idle.advance(Duration.ofMillis(1500));
        idle.send(idle.script().windowUpdate(1, 300));
      }
      String part = EntryBench.body(EntryBench.WINDOW);
      idle.send(idle.script().data(1, false, part), idle.script().data(1, false, part));
      idle.advance(Duration.ofMillis(1500));
      slow.response().onRequestConsumed(EntryBench.WINDOW);
      idle.settle();
      idle.advance(Duration.ofMillis(1500));
      assertEquals(1, idle.calls().running());
      idle.advance(Duration.ofMillis(600));
      List<Seen> frames = idle.all(1);
      assertEquals("deadline", frames.get(frames.size() - 1).header("x-tunnel-reason"));
    }
  }
}
