package dev.adit.core.http2.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.http2.Http2HeaderFields;
import dev.adit.core.http2.flood.Flood;
import dev.adit.core.http2.flood.FloodLimits;
import dev.adit.testing.http2.EdgeBench;
import dev.adit.testing.http2.Http2Script;
import dev.adit.testing.http2.Http2Script.Seen;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Settings;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What comes for streams that are over: late frames of honest peers, and faults. */
final class EndedStreamsTest {
  private static final int PROTOCOL_ERROR = 1;
  private static final int STREAM_CLOSED = 5;
  private static final int REFUSED_STREAM = 7;
  private static final int CANCEL = 8;
  private static final int MAX_STREAMS = 4;
  private static final int WINDOW = 100_000;

  /** The usual, but for empty frames, which would end at the guard before they end here. */
  private static final FloodLimits LIMITS =
      new FloodLimits(20, 100, 10, 100, 1_000_000, 16, 100, 100, 50_000);

  private final List<Flood> floods = new ArrayList<>();
  private final EdgeBench.Edge edge =
      EdgeBench.accepting(
          Http2Settings.defaultSettings()
              .maxConcurrentStreams(MAX_STREAMS)
              .initialWindowSize(WINDOW),
          LIMITS,
          floods::add);
  private final EdgeBench bench = new EdgeBench(edge);

  @AfterEach
  void close() {
    bench.close();
  }

  private byte[] head(int stream, boolean last) {
    return bench.script.headers(
        stream, last, ":method", "POST", ":scheme", "http", ":path", "/", ":authority", "a");
  }

  private byte[] trailers(int stream) {
    return bench.script.headers(stream, true, "a", "b");
  }

  private void open(int stream) {
    bench.send(head(stream, false));
  }

  private void reset(int stream) {
    bench.hand.run(() -> edge.writeReset(stream, CANCEL));
    bench.assertReset(stream, CANCEL);
  }

  private void answer(int stream) {
    ResponseHead head = new ResponseHead(200, new HeaderFields());
    bench.hand.run(() -> edge.writeFields(stream, Http2HeaderFields.ofResponse(head), true, null));
    bench.read();
  }

  private void assertUnharmed() {
    List<Seen> seen = bench.read();
    assertTrue(
        seen.stream().allMatch(frame -> frame.type().equals("window") && frame.stream() == 0),
        seen::toString);
    assertTrue(bench.channel.isActive());
    assertEquals(List.of(), floods);
  }

  @Test
  void framesUnderWayWhenWeResetAreDroppedInSilence() {
    bench.begin();
    open(1);
    reset(1);
    for (int i = 0; i < 2000; i++) {
      bench.send(bench.script.data(1, false, "0123456789"));
    }
    bench.send(bench.script.windowUpdate(1, 10));
    bench.send(trailers(1));
    assertUnharmed();
  }

  @Test
  void droppedBytesAreGivenBackToTheConnection() {
    bench.begin();
    for (int stream = 1; stream < 200; stream += 2) {
      open(stream);
      reset(stream);
      for (int i = 0; i < 12; i++) {
        bench.send(bench.script.data(stream, i == 11, new byte[8192]));
      }
      assertUnharmed();
    }
    assertUnharmed();
    int window =
        edge.connection().local().flowController().windowSize(edge.connection().connectionStream());
    assertTrue(window > 4 << 20, () -> "only " + window + " B are left");
  }

  @Test
  void peerThatGoesOnBeyondItsWindowIsAtFault() {
    bench.begin();
    open(1);
    reset(1);
    for (int sent = 0; sent <= 2 * WINDOW; sent += 8192) {
      assertUnharmed();
      bench.send(bench.script.data(1, false, new byte[8192]));
    }
    bench.assertReset(1, STREAM_CLOSED);
  }

  @Test
  void emptyFramesAreNotForgivenForEver() {
    bench.begin();
    open(1);
    reset(1);
    for (int i = 0; i < 2 * WINDOW; i++) {
      bench.send(bench.script.data(1, false, ""));
    }
    assertUnharmed();
    bench.send(bench.script.data(1, false, ""));
    bench.assertReset(1, STREAM_CLOSED);
  }

  @Test
  void peerThatHasNotReadOurSettingsMayFillTheWindowTheyAnnounce() {
    bench.send(Http2Script.PREFACE.getBytes(StandardCharsets.US_ASCII));
    bench.send(bench.script.settings());
    bench.read();
    open(1);
    bench.hand.run(() -> edge.writeReset(1, CANCEL));
    bench.assertReset(1, CANCEL);
    bench.send(bench.script.settingsAck());
    for (int sent = 0; sent + 8192 <= WINDOW; sent += 8192) {
      bench.send(bench.script.data(1, false, new byte[8192]));
    }
    assertUnharmed();
  }

  @Test
  void dataAfterTheEndOfAnUploadThatWeResetIsAFault() {
    bench.begin();
    open(1);
    reset(1);
    bench.send(bench.script.data(1, true, "last"));
    assertUnharmed();
    bench.send(bench.script.data(1, false, "more"));
    bench.assertReset(1, STREAM_CLOSED);
    assertTrue(bench.channel.isActive());
  }

  @Test
  void dataAfterThePeersOwnResetIsAFault() {
    bench.begin();
    open(1);
    reset(1);
    bench.send(bench.script.reset(1, CANCEL));
    bench.send(bench.script.reset(1, CANCEL));
    assertUnharmed();
    bench.send(bench.script.data(1, false, "more"));
    bench.assertReset(1, STREAM_CLOSED);
  }

  @Test
  void dataOnStreamThatPeerHasEndedIsAnsweredGently() {
    bench.begin();
    bench.send(head(1, true));
    answer(1);
    bench.send(bench.script.data(1, false, "more"));
    bench.assertReset(1, STREAM_CLOSED);
    // Not forgiven because it was reset: that is no news to the peer.
    bench.send(bench.script.data(1, false, "more"));
    bench.assertReset(1, STREAM_CLOSED);
    assertTrue(bench.channel.isActive());
  }

  @Test
  void secondHeadBeforeTheAnswerEndsTheStream() {
    bench.begin();
    bench.send(head(1, true));
    bench.send(head(1, true));
    bench.assertReset(1, STREAM_CLOSED);
    open(3);
    bench.send(bench.script.data(3, true, "body"));
    bench.send(head(3, false));
    bench.assertReset(3, STREAM_CLOSED);
    assertTrue(bench.channel.isActive());
  }

  @Test
  void headOnStreamThatIsOverEndsTheConnection() {
    bench.begin();
    bench.send(head(1, true));
    answer(1);
    bench.send(head(1, true));
    bench.assertEnded(STREAM_CLOSED);
  }

  @Test
  void headAfterThePeersResetEndsTheConnection() {
    bench.begin();
    open(1);
    bench.send(bench.script.reset(1, CANCEL));
    bench.send(head(1, true));
    bench.assertEnded(STREAM_CLOSED);
  }

  @Test
  void headOnIdThatWasPassedOverEndsTheConnection() {
    bench.begin();
    bench.send(head(9, true));
    answer(9);
    bench.send(head(3, true));
    bench.assertEnded(PROTOCOL_ERROR);
  }

  @Test
  void idsBetweenGapsAreNotGaps() {
    bench.begin();
    for (int id : new int[] {5, 7, 13}) {
      bench.send(head(id, true));
      answer(id);
    }
    bench.send(head(7, true));
    bench.assertEnded(STREAM_CLOSED);
  }

  @Test
  void laterGapsAreRememberedToo() {
    bench.begin();
    for (int id : new int[] {5, 7, 13}) {
      bench.send(head(id, true));
      answer(id);
    }
    bench.send(head(11, true));
    bench.assertEnded(PROTOCOL_ERROR);
  }

  @Test
  void refusedStreamsAreOverForThePeerOnlyOnceItKnows() {
    bench.begin();
    for (int i = 0; i < MAX_STREAMS; i++) {
      open(2 * i + 1);
    }
    open(9);
    bench.assertReset(9, REFUSED_STREAM);
    bench.send(bench.script.data(9, false, "body"));
    bench.send(bench.script.windowUpdate(9, 10));
    bench.hand.run(() -> edge.writeReset(1, CANCEL));
    bench.assertReset(1, CANCEL);
    // There is room now, but these are trailers and no new call.
    bench.send(trailers(9));
    bench.send(bench.script.windowUpdate(9, 10));
    bench.send(bench.script.reset(9, CANCEL));
    assertUnharmed();
    open(11);
    assertEquals(4, edge.connection().numActiveStreams());
  }

  @Test
  void refusedStreamMayBeCancelled() {
    bench.begin();
    for (int i = 0; i < MAX_STREAMS; i++) {
      open(2 * i + 1);
    }
    open(9);
    bench.assertReset(9, REFUSED_STREAM);
    bench.send(bench.script.reset(9, CANCEL));
    assertUnharmed();
  }

  @Test
  void bodyOfMalformedHeadIsDroppedInSilence() {
    bench.begin();
    bench.send(bench.script.headers(1, false, ":method", "GET", "Upper", "case"));
    bench.assertReset(1, PROTOCOL_ERROR);
    bench.send(bench.script.data(1, true, "body"));
    assertUnharmed();
  }

  @Test
  void idleStreamsAreNotOver() {
    bench.begin();
    open(5);
    bench.send(bench.script.data(7, false, "body"));
    bench.assertEnded(PROTOCOL_ERROR);
  }

  @Test
  void asManyResetsAreRememberedAsThereMayBeStreams() {
    bench.begin();
    for (int i = 0; i < MAX_STREAMS; i++) {
      open(2 * i + 1);
    }
    for (int i = 0; i < MAX_STREAMS; i++) {
      reset(2 * i + 1);
    }
    for (int i = 0; i < MAX_STREAMS; i++) {
      bench.send(bench.script.data(2 * i + 1, false, "body"));
    }
    assertUnharmed();
    // Whoever opens another has heard of the first.
    open(2 * MAX_STREAMS + 1);
    reset(2 * MAX_STREAMS + 1);
    bench.send(bench.script.data(1, false, "body"));
    bench.assertReset(1, STREAM_CLOSED);
  }

  @Test
  void streamsBeyondOurGoAwayAreDroppedInSilence() {
    bench.begin();
    open(1);
    open(3);
    bench.hand.run(
        () -> {
          edge.goAway(
              bench.channel.pipeline().context(edge),
              1,
              0,
              Unpooled.EMPTY_BUFFER,
              bench.channel.newPromise());
          edge.requestFlush();
        });
    bench.read();
    bench.send(bench.script.data(3, true, "body"));
    assertUnharmed();
  }
}
