package dev.adit.server.entry;

import static dev.adit.server.entry.EntryBench.fields;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallReset;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.name.GroupName;
import dev.adit.server.policy.Mirror;
import dev.adit.testing.http2.Http2Script.Seen;
import dev.adit.testing.tunnel.TunnelPair;
import dev.adit.testing.tunnel.TunnelPair.Arrived;
import io.netty.util.AsciiString;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Copies of calls: what a second group gets, and that the caller notices nothing. */
final class MirrorTest {
  private static final GroupName SHADOW = new GroupName("shadow");
  private static final int CANCEL = 8;

  private final EntryBench bench = new EntryBench(mirrored(100));
  private final TunnelPair agent = bench.join("a", 10);

  MirrorTest() throws IOException {}

  private static EntrySettings mirrored(double percent) {
    EntrySettings settings = new EntrySettings();
    settings.mirror = new Mirror(SHADOW, percent);
    settings.logged = true;
    return settings;
  }

  @AfterEach
  void nothingIsLeft() {
    bench.close();
  }

  private void respond(TunnelPair from, Arrived call, String status) {
    call.response()
        .onHead(new ResponseHead(200, fields("content-type", "application/grpc")), false);
    call.response().onResponseChunk(from.chunk(5), false);
    call.response().onTrailers(fields("grpc-status", status));
    bench.settle();
  }

  /** The caller's own call ends as it should, whatever became of its copy. */
  private void callerIsAnswered() {
    respond(agent, EntryBench.call(agent), "0");
    List<Seen> frames = bench.all(1);
    Seen end = frames.get(frames.size() - 1);
    assertEquals("0", end.header("grpc-status"));
    assertTrue(end.last());
  }

  private void send(String... more) {
    bench.send(
        bench.grpc(1, false, more),
        bench.script().data(1, false, "one "),
        bench.script().data(1, true, "two"));
  }

  @Test
  void wholeRequestIsCopiedOnceAndTheCopysAnswerIsDropped() {
    TunnelPair shadow = bench.join("s", SHADOW);
    send("x-user", "u1");
    assertEquals(1, shadow.agent().arrived().size());
    Arrived copy = EntryBench.call(shadow);
    assertEquals("one two", copy.request().bodyText());
    assertTrue(copy.request().isEnded());
    assertEquals("shadow", copy.head().group().toString());
    assertEquals("/shop.Cart/Add", copy.head().headers().path().toString());
    assertEquals(
        "u1", String.valueOf(copy.head().headers().fields().get(new AsciiString("x-user"))));
    assertEquals(1, bench.dispatcher().mirrorsRunning());
    respond(shadow, copy, "13");
    assertEquals(0, bench.dispatcher().mirrorsRunning());
    assertEquals("one two", EntryBench.call(agent).request().bodyText());
    callerIsAnswered();
  }

  @Test
  void requestWithoutABodyIsCopied() {
    TunnelPair shadow = bench.join("s", SHADOW);
    bench.send(bench.http(1, "GET", true));
    respond(agent, EntryBench.call(agent), "0");
    assertEquals(1, shadow.agent().arrived().size());
    respond(shadow, EntryBench.call(shadow), "0");
  }

  @Test
  void copyIsNotSentBeforeTheRequestIsWhole() {
    TunnelPair shadow = bench.join("s", SHADOW);
    bench.send(bench.grpc(1, false), bench.script().data(1, false, "one"));
    assertEquals(0, shadow.agent().arrived().size());
    bench.send(bench.script().reset(1, CANCEL));
    EntryBench.call(agent).response().onReset(CallReset.cancelled());
    bench.settle();
    assertEquals(0, shadow.agent().arrived().size());
  }

  @Test
  void answerBeforeTheRequestIsWholeLeavesNoCopy() {
    TunnelPair shadow = bench.join("s", SHADOW);
    bench.send(bench.grpc(1, false), bench.script().data(1, false, "one"));
    respond(agent, EntryBench.call(agent), "0");
    assertTrue(bench.all(1).stream().anyMatch(Seen::last));
    assertEquals(0, shadow.agent().arrived().size());
    assertEquals(0, bench.dispatcher().keptBytes());
  }

  @Test
  void groupWithoutAgentsGetsNoCopyAndNobodyNotices() {
    send();
    callerIsAnswered();
  }

  @Test
  void copyThatFailsIsNoFailureOfTheCall() {
    TunnelPair shadow = bench.join("s", SHADOW);
    send();
    EntryBench.call(shadow)
        .response()
        .onReset(CallReset.failed(CallFailure.BACKEND_UNREACHABLE, "down"));
    bench.settle();
    assertEquals(0, bench.dispatcher().mirrorsRunning());
    callerIsAnswered();
  }

  @Test
  void copyThatNobodyAnswersEndsByItself() {
    TunnelPair shadow = bench.join("s", SHADOW);
    send();
    callerIsAnswered();
    bench.advance(Duration.ofSeconds(60));
    Arrived copy = EntryBench.call(shadow);
    assertNotNull(copy.request().cancelled());
    assertEquals(0, bench.dispatcher().mirrorsRunning());
    copy.response().onReset(CallReset.cancelled());
    bench.settle();
  }

  @Test
  void copyHasTheCallersDeadline() {
    TunnelPair shadow = bench.join("s", SHADOW);
    bench.send(bench.grpc(1, false, "grpc-timeout", "2S"));
    bench.advance(Duration.ofMillis(500));
    bench.send(bench.script().data(1, true, "late"));
    Arrived copy = EntryBench.call(shadow);
    assertEquals(1500, TimeUnit.NANOSECONDS.toMillis(copy.head().headers().timeoutNanos()));
    callerIsAnswered();
    bench.advance(Duration.ofMillis(1500));
    assertNotNull(copy.request().cancelled());
    copy.response().onReset(CallReset.cancelled());
    bench.settle();
  }

  @Test
  void callerThatGoesAwayLaterDoesNotEndTheCopy() {
    TunnelPair shadow = bench.join("s", SHADOW);
    send();
    bench.send(bench.script().reset(1, CANCEL));
    EntryBench.call(agent).response().onReset(CallReset.cancelled());
    bench.settle();
    assertEquals(1, bench.dispatcher().mirrorsRunning());
    respond(shadow, EntryBench.call(shadow), "0");
  }

  /** Of 200 calls half are copied; a count this far off comes once in 10^12 runs. */
  @Test
  void shareOfTheCallsIsCopied() throws IOException {
    try (EntryBench half = new EntryBench(mirrored(50))) {
      TunnelPair own = half.join("b", 10);
      TunnelPair shadow = half.join("s", SHADOW);
      int copies = 0;
      for (int stream = 1; stream < 400; stream += 2) {
        int before = shadow.agent().arrived().size();
        half.send(half.grpc(stream, true));
        EntryBench.call(own).response().onHead(trailersOnly(), true);
        if (shadow.agent().arrived().size() > before) {
          copies++;
          EntryBench.call(shadow).response().onHead(trailersOnly(), true);
        }
        half.settle();
      }
      assertTrue(copies > 50 && copies < 150, copies + " copies");
    }
  }

  private static ResponseHead trailersOnly() {
    return new ResponseHead(200, fields("content-type", "application/grpc", "grpc-status", "0"));
  }
}
