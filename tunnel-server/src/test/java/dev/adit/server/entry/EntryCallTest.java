package dev.adit.server.entry;

import static dev.adit.server.entry.EntryBench.fields;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.ResponseHead;
import dev.adit.testing.http2.Http2Script.Seen;
import dev.adit.testing.tunnel.HandLoop;
import dev.adit.testing.tunnel.TunnelPair;
import dev.adit.testing.tunnel.TunnelPair.Arrived;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.util.AsciiString;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One call from the caller's frames to the caller's frames. */
final class EntryCallTest {
  private final EntryBench bench = new EntryBench();
  private final TunnelPair agent = bench.join("a", 10);

  EntryCallTest() throws IOException {}

  @AfterEach
  void nothingIsLeft() {
    bench.close();
  }

  private static ResponseHead grpcHead() {
    return new ResponseHead(200, fields("content-type", "application/grpc"));
  }

  private Arrived call() {
    return EntryBench.call(agent);
  }

  private void respond(Arrived call) {
    call.response().onHead(grpcHead(), false);
    call.response().onResponseChunk(agent.chunk(5), false);
    call.response().onTrailers(fields("grpc-status", "0"));
    bench.settle();
  }

  @Test
  void callCrossesToTheAgentAndItsResponseComesBack() {
    bench.send(bench.grpc(1, false), bench.script().data(1, true, "request"));
    Arrived call = call();
    assertEquals("request", call.request().bodyText());
    assertTrue(call.request().isEnded());
    assertEquals("shop", call.head().group().toString());
    assertEquals("all", call.head().rule().toString());
    assertEquals(1, call.head().attempt());
    assertEquals("/shop.Cart/Add", call.head().headers().path().toString());
    respond(call);
    List<Seen> frames = bench.news(1);
    assertEquals(List.of("headers", "data", "headers"), types(frames));
    assertEquals("200", frames.get(0).header(":status"));
    assertEquals("0", frames.get(2).header("grpc-status"));
    assertTrue(frames.get(2).last());
  }

  private static List<String> types(List<Seen> frames) {
    return frames.stream().map(Seen::type).filter(type -> !type.equals("window")).toList();
  }

  @Test
  void trailersOnlyStaysOneFrame() {
    bench.send(bench.grpc(1, true));
    call()
        .response()
        .onHead(
            new ResponseHead(200, fields("content-type", "application/grpc", "grpc-status", "5")),
            true);
    bench.settle();
    Seen only = bench.one(1);
    assertTrue(only.last());
    assertEquals("5", only.header("grpc-status"));
  }

  @Test
  void informationalHeadsPassBeforeTheFinalOne() {
    bench.send(bench.http(1, "GET", true));
    call().response().onHead(new ResponseHead(103, fields("link", "x")), false);
    bench.settle();
    assertEquals("103", bench.one(1).header(":status"));
    call().response().onHead(new ResponseHead(204, fields()), true);
    bench.settle();
    assertEquals("204", bench.one(1).header(":status"));
  }

  @Test
  void plainResponseMayEndWithItsLastChunk() {
    bench.send(bench.http(1, "GET", true));
    call().response().onHead(new ResponseHead(200, fields()), false);
    call().response().onResponseChunk(agent.chunk(3), true);
    bench.settle();
    List<Seen> frames = bench.news(1);
    assertEquals(List.of("headers", "data"), types(frames));
    assertTrue(frames.get(1).last());
  }

  @Test
  void responseThatEndsBeforeTheRequestStopsTheCaller() {
    bench.send(bench.grpc(1, false));
    call().response().onHead(new ResponseHead(200, fields("grpc-status", "8")), true);
    bench.settle();
    bench.advance(Duration.ofMillis(50));
    assertEquals(List.of("headers", "reset"), types(bench.news(1)));
    bench.send(bench.script().data(1, true, "late"));
    assertTrue(bench.isConnected());
  }

  @Test
  void responseThatEndsWithItsBodyBeforeTheRequestStopsTheCaller() {
    bench.send(bench.http(1, "POST", false));
    call().response().onHead(new ResponseHead(200, fields()), false);
    call().response().onResponseChunk(agent.chunk(3), true);
    bench.settle();
    bench.advance(Duration.ofMillis(50));
    assertEquals(List.of("headers", "data", "reset"), types(bench.news(1)));
  }

  @Test
  void callerThatHasHalfClosedIsNotReset() {
    bench.send(bench.grpc(1, true));
    respond(call());
    assertEquals(List.of("headers", "data", "headers"), types(bench.news(1)));
  }

  @Test
  void requestTrailersHalfClose() {
    bench.send(
        bench.grpc(1, false),
        bench.script().data(1, false, "body"),
        bench.script().headers(1, true, "checksum", "1"));
    assertTrue(call().request().isEnded());
    assertEquals("body", call().request().bodyText());
    respond(call());
  }

  @Test
  void callersWindowIsGivenBackOnlyAsBytesAreTaken() {
    bench.send(bench.grpc(1, false));
    bench.send(bench.script().data(1, false, EntryBench.body(1024)));
    // The tunnel has credit for 1 KiB and took it.
    assertEquals(1024, windows(1));
    bench.send(bench.script().data(1, false, EntryBench.body(1024)));
    assertEquals(1024, windows(1));
    call().response().onRequestConsumed(1024);
    bench.settle();
    assertEquals(2048, windows(1));
    bench.send(bench.script().reset(1, 8));
  }

  /** Window given back on a stream so far. */
  private long windows(int stream) {
    return bench.all(stream).stream()
        .filter(frame -> frame.type().equals("window"))
        .mapToLong(Seen::number)
        .sum();
  }

  @Test
  void bytesThatTheCallerDoesNotTakeAreNotGrantedAgain() {
    bench.send(bench.script().settings(EntryBench.initialWindow(), 100), bench.grpc(1, true));
    call().response().onHead(grpcHead(), false);
    call().response().onResponseChunk(agent.chunk(3000), false);
    bench.settle();
    assertEquals(100, data(1));
    assertEquals(1024, call().request().responseConsumed());
    bench.send(bench.script().windowUpdate(1, 900));
    assertEquals(1000, data(1));
    bench.send(bench.script().windowUpdate(1, 100_000));
    assertEquals(3000, data(1));
    call().response().onTrailers(fields("grpc-status", "0"));
    bench.settle();
  }

  /** The agent has said all it will, and the caller takes its time. */
  @Test
  void whatComesBehindAnEndThatIsNotTakenYetIsDroppedAndItsWindowGivenBack() {
    bench.send(bench.script().settings(EntryBench.initialWindow(), 10), bench.grpc(1, false));
    call().response().onHead(grpcHead(), false);
    call().response().onResponseChunk(agent.chunk(100), false);
    call().response().onTrailers(fields("grpc-status", "0"));
    bench.settle();
    long held = bench.heldBytes();
    for (int i = 0; i < 3; i++) {
      bench.send(bench.script().data(1, false, EntryBench.body(1024)));
      assertEquals(1024L * (i + 1), windows(1));
      assertEquals(held, bench.heldBytes());
    }
    bench.send(bench.script().windowUpdate(1, 100_000));
    assertEquals(100, data(1));
    assertEquals(0, call().request().body().length);
  }

  private long data(int stream) {
    return bench.all(stream).stream()
        .filter(frame -> frame.type().equals("data"))
        .mapToLong(Seen::number)
        .sum();
  }

  @Test
  void callerWhoResetsCancelsAtTheAgent() {
    bench.send(bench.grpc(1, false));
    assertEquals(1, bench.session(0).calls());
    bench.send(bench.script().reset(1, 8));
    assertNotNull(call().request().cancelled());
    assertEquals(CallFailure.CANCELLED, call().request().cancelled().failure());
    assertEquals(0, bench.session(0).calls());
    assertEquals(0, bench.calls().running());
  }

  @Test
  void callerWhoHangsUpCancelsEveryCall() {
    bench.send(bench.grpc(1, false), bench.grpc(3, true));
    bench.hangUp();
    assertNotNull(agent.agent().arrived().get(0).request().cancelled());
    assertNotNull(agent.agent().arrived().get(1).request().cancelled());
  }

  @Test
  void callsAreUnharmedByAnothersMalformedHead() {
    bench.send(bench.grpc(1, true));
    bench.send(bench.grpc(3, true, "Upper", "case"));
    assertEquals(Http2Error.PROTOCOL_ERROR.code(), bench.one(3).number());
    bench.send(bench.grpc(5, true, "connection", "close"));
    assertEquals(Http2Error.PROTOCOL_ERROR.code(), bench.one(5).number());
    bench.send(bench.grpc(7, true, ":path", "/twice"));
    assertEquals(Http2Error.PROTOCOL_ERROR.code(), bench.one(7).number());
    bench.send(bench.grpc(9, true, "a", "b\r\nc"));
    assertEquals(Http2Error.PROTOCOL_ERROR.code(), bench.one(9).number());
    assertTrue(bench.isConnected());
    respond(agent.agent().arrived().get(0));
    assertEquals(List.of("headers", "data", "headers"), types(bench.news(1)));
    assertEquals(1, agent.agent().arrived().size());
  }

  @Test
  void callOnAnotherLoopThanItsTunnelIsTheSame() {
    HandLoop elsewhere = new HandLoop();
    TunnelPair far = bench.join("far", 10, elsewhere);
    agent.cut();
    bench.send(bench.grpc(1, false), bench.script().data(1, true, "request"));
    assertEquals("request", EntryBench.call(far).request().bodyText());
    EntryBench.call(far).response().onHead(grpcHead(), false);
    EntryBench.call(far).response().onTrailers(fields("grpc-status", "0"));
    bench.settle();
    assertEquals(List.of("headers", "headers"), types(bench.news(1)));
  }

  @Test
  void deadlineIsForwardedAndHonoured() {
    bench.send(bench.grpc(1, false, "grpc-timeout", "500m"));
    CallHeaders head = call().head().headers();
    assertEquals(TimeUnit.MILLISECONDS.toNanos(500), head.timeoutNanos());
    assertNull(head.fields().get(AsciiString.of("grpc-timeout")));
    bench.advance(Duration.ofMillis(499));
    assertEquals(List.of(), bench.news(1));
    bench.advance(Duration.ofMillis(1));
    List<Seen> frames = bench.news(1);
    assertEquals("4", frames.get(0).header("grpc-status"));
    assertEquals("deadline", frames.get(0).header("x-tunnel-reason"));
    assertEquals(
        CallFailure.DEADLINE, Objects.requireNonNull(call().request().cancelled()).failure());
    assertEquals(0, bench.session(0).calls());
  }

  @Test
  void deadlineAfterTheHeadEndsWithTrailers() {
    bench.send(bench.grpc(1, true, "grpc-timeout", "1S"));
    call().response().onHead(grpcHead(), false);
    bench.settle();
    bench.advance(Duration.ofSeconds(1));
    List<Seen> frames = bench.news(1);
    assertEquals("4", frames.get(1).header("grpc-status"));
    assertTrue(frames.get(1).last());
  }

  @Test
  void deadlineResetsACallerThatDoesNotTakeItsBytes() {
    bench.send(
        bench.script().settings(EntryBench.initialWindow(), 10),
        bench.grpc(1, true, "grpc-timeout", "1S"));
    call().response().onHead(grpcHead(), false);
    call().response().onResponseChunk(agent.chunk(100), false);
    bench.settle();
    bench.advance(Duration.ofSeconds(1));
    List<Seen> frames = bench.news(1);
    assertEquals("reset", frames.get(frames.size() - 1).type());
    assertEquals(Http2Error.CANCEL.code(), frames.get(frames.size() - 1).number());
  }

  @Test
  void deadlineOfACompleteResponseThatIsNotTakenResets() {
    bench.send(
        bench.script().settings(EntryBench.initialWindow(), 10),
        bench.grpc(1, true, "grpc-timeout", "1S"));
    call().response().onHead(grpcHead(), false);
    call().response().onResponseChunk(agent.chunk(100), false);
    call().response().onTrailers(fields("grpc-status", "0"));
    bench.settle();
    bench.advance(Duration.ofSeconds(1));
    List<Seen> frames = bench.news(1);
    assertEquals("reset", frames.get(frames.size() - 1).type());
  }

  @Test
  void deadlineOfNothingIsOverAtOnce() {
    bench.send(bench.grpc(1, true, "grpc-timeout", "0n"));
    assertEquals("4", bench.news(1).get(0).header("grpc-status"));
    assertEquals(List.of(), agent.agent().arrived());
  }

  @Test
  void timerOfACallGoesWithIt() {
    bench.send(bench.grpc(1, true, "grpc-timeout", "99999999H"));
    respond(call());
    bench.send(bench.grpc(3, true, "grpc-timeout", "1H"), bench.script().reset(3, 8));
  }

  @Test
  void ruleMayEndCallsThatAreIdle() throws IOException {
    EntrySettings settings = new EntrySettings();
    settings.idleTimeout = Duration.ofSeconds(2);
    try (EntryBench idle = new EntryBench(settings)) {
      TunnelPair only = idle.join("a", 10);
      idle.send(idle.grpc(1, false));
      idle.advance(Duration.ofMillis(1500));
      idle.send(idle.script().data(1, false, "still here"));
      idle.advance(Duration.ofMillis(1500));
      EntryBench.call(only).response().onHead(grpcHead(), false);
      idle.settle();
      idle.advance(Duration.ofMillis(1500));
      EntryBench.call(only).response().onResponseChunk(only.chunk(3), false);
      idle.settle();
      idle.advance(Duration.ofMillis(1500));
      assertEquals(List.of("headers", "data"), types(idle.news(1)));
      idle.advance(Duration.ofMillis(600));
      assertEquals("4", idle.news(1).get(0).header("grpc-status"));
      assertNotNull(EntryBench.call(only).request().cancelled());
    }
  }

  @Test
  void ruleMayCapTheCallersTime() throws IOException {
    EntrySettings settings = new EntrySettings();
    settings.timeout = Duration.ofSeconds(2);
    try (EntryBench capped = new EntryBench(settings)) {
      TunnelPair only = capped.join("a", 10);
      capped.send(capped.grpc(1, true, "grpc-timeout", "1H"));
      assertEquals(
          TimeUnit.SECONDS.toNanos(2), EntryBench.call(only).head().headers().timeoutNanos());
      capped.advance(Duration.ofSeconds(2));
      assertEquals("4", capped.news(1).get(0).header("grpc-status"));
    }
  }

  @Test
  void everyCallIsOneLineInTheLogHoweverItEnds() throws IOException {
    EntrySettings settings = new EntrySettings();
    settings.logged = true;
    EntryBench logged = new EntryBench(settings);
    TunnelPair only = logged.join("a", 3);
    logged.send(logged.grpc(1, true, "x-request-id", "mine"));
    EntryBench.call(only).response().onAccepted(AsciiString.of("up"), AsciiString.of("10.1.2.3:4"));
    EntryBench.call(only).response().onHead(grpcHead(), false);
    EntryBench.call(only).response().onResponseChunk(only.chunk(5), false);
    EntryBench.call(only).response().onTrailers(fields("grpc-status", "7"));
    logged.settle();
    logged.send(logged.grpc(3, false), logged.script().data(3, false, "part"));
    logged.send(logged.script().reset(3, 8));
    logged.send(logged.grpc(5, true, "big", EntryBench.body(2048)));
    logged.send(logged.http(7, "GET", true));
    logged.hangUp();
    logged.close();
    List<String> lines = logged.logLines();
    assertEquals(4, lines.size());
    assertTrue(lines.get(0).contains("\"requestId\":\"mine\""));
    assertTrue(
        lines.get(0).contains("\"agent\":\"a\",\"upstream\":\"up\",\"backend\":\"10.1.2.3:4\""));
    assertTrue(lines.get(0).contains("\"grpcStatus\":\"7\""));
    assertTrue(lines.get(0).contains("\"responseBytes\":5"));
    assertTrue(lines.get(1).contains("\"reason\":\"cancelled\""));
    assertTrue(lines.get(1).contains("\"requestBytes\":4"));
    assertTrue(lines.get(2).contains("\"reason\":\"header-too-large\""));
    assertTrue(lines.get(3).contains("\"path\":\"/page?q=1\""));
  }
}
