package dev.adit.core.http2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.CallProtocol;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.http2.flood.ConnectionLimits;
import dev.adit.core.http2.flood.Flood;
import dev.adit.core.http2.flood.FloodLimits;
import dev.adit.testing.http2.Http2Script;
import dev.adit.testing.http2.Http2Script.Seen;
import dev.adit.testing.tunnel.HandLoop;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.util.AsciiString;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
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
  private static final int INITIAL_WINDOW_SIZE = 4;
  private static final int WINDOW = 100_000;

  private static final class Edge extends EdgeHandler {
    Edge(Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
      super(decoder, encoder, settings);
    }
  }

  /** The usual, but for empty frames, which would end at the guard before they end here. */
  private static final FloodLimits LIMITS =
      new FloodLimits(20, 100, 10, 100, 1_000_000, 16, 100, 100, 50_000);

  private final Http2Script script = new Http2Script();
  private final MockTicker ticker = Ticker.newMockTicker();
  private final List<Flood> floods = new ArrayList<>();
  private Edge edge =
      EdgeBuilder.server(
          Http2Settings.defaultSettings()
              .maxHeaderListSize(8192)
              .maxConcurrentStreams(MAX_STREAMS)
              .initialWindowSize(WINDOW),
          new ConnectionLimits(Duration.ofSeconds(5), 1, 1, LIMITS),
          floods::add,
          new Http2FrameAdapter(),
          Edge::new);
  private EmbeddedChannel channel = EmbeddedChannel.builder().ticker(ticker).handlers(edge).build();
  private HandLoop hand = new HandLoop(channel, ticker);

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
    script.close();
  }

  private void begin() {
    send(Http2Script.PREFACE.getBytes(StandardCharsets.US_ASCII));
    send(script.settings());
    send(script.settingsAck());
    read();
  }

  private void send(byte[] bytes) {
    hand.run(
        () ->
            channel
                .pipeline()
                .fireChannelRead(Unpooled.copiedBuffer(bytes))
                .fireChannelReadComplete());
  }

  private List<Seen> read() {
    int before = script.seen().size();
    for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
      script.read(ByteBufUtil.getBytes(out));
      out.release();
    }
    return script.seen().subList(before, script.seen().size());
  }

  private byte[] head(int stream, boolean last) {
    return script.headers(
        stream, last, ":method", "POST", ":scheme", "http", ":path", "/", ":authority", "a");
  }

  private byte[] trailers(int stream) {
    return script.headers(stream, true, "a", "b");
  }

  private void open(int stream) {
    send(head(stream, false));
  }

  private void reset(int stream) {
    hand.run(() -> edge.writeReset(stream, CANCEL));
    assertReset(stream, CANCEL);
  }

  private void answer(int stream) {
    ResponseHead head = new ResponseHead(200, new HeaderFields());
    hand.run(() -> edge.writeFields(stream, Http2HeaderFields.ofResponse(head), true, null));
    read();
  }

  private void assertReset(int stream, int code) {
    List<Seen> seen = read();
    assertEquals(1, seen.size(), seen::toString);
    assertEquals("reset", seen.get(0).type());
    assertEquals(stream, seen.get(0).stream());
    assertEquals(code, seen.get(0).number());
  }

  private void assertEnded(int code) {
    hand.advance(Duration.ofMillis(1));
    List<Seen> seen = read();
    Seen end = seen.get(seen.size() - 1);
    assertEquals("goaway", end.type());
    assertEquals(code, end.number(), end::toString);
    assertFalse(channel.isActive());
  }

  private void assertUnharmed() {
    List<Seen> seen = read();
    assertTrue(
        seen.stream().allMatch(frame -> frame.type().equals("window") && frame.stream() == 0),
        seen::toString);
    assertTrue(channel.isActive());
    assertEquals(List.of(), floods);
  }

  @Test
  void framesUnderWayWhenWeResetAreDroppedInSilence() {
    begin();
    open(1);
    reset(1);
    for (int i = 0; i < 2000; i++) {
      send(script.data(1, false, "0123456789"));
    }
    send(script.windowUpdate(1, 10));
    send(trailers(1));
    assertUnharmed();
  }

  @Test
  void droppedBytesAreGivenBackToTheConnection() {
    begin();
    for (int stream = 1; stream < 200; stream += 2) {
      open(stream);
      reset(stream);
      for (int i = 0; i < 12; i++) {
        send(script.data(stream, i == 11, new byte[8192]));
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
    begin();
    open(1);
    reset(1);
    for (int sent = 0; sent <= 2 * WINDOW; sent += 8192) {
      assertUnharmed();
      send(script.data(1, false, new byte[8192]));
    }
    assertReset(1, STREAM_CLOSED);
  }

  @Test
  void emptyFramesAreNotForgivenForEver() {
    begin();
    open(1);
    reset(1);
    for (int i = 0; i < 2 * WINDOW; i++) {
      send(script.data(1, false, ""));
    }
    assertUnharmed();
    send(script.data(1, false, ""));
    assertReset(1, STREAM_CLOSED);
  }

  @Test
  void peerThatHasNotReadOurSettingsMayFillTheWindowTheyAnnounce() {
    send(Http2Script.PREFACE.getBytes(StandardCharsets.US_ASCII));
    send(script.settings());
    read();
    open(1);
    hand.run(() -> edge.writeReset(1, CANCEL));
    assertReset(1, CANCEL);
    send(script.settingsAck());
    for (int sent = 0; sent + 8192 <= WINDOW; sent += 8192) {
      send(script.data(1, false, new byte[8192]));
    }
    assertUnharmed();
  }

  @Test
  void dataAfterTheEndOfAnUploadThatWeResetIsAFault() {
    begin();
    open(1);
    reset(1);
    send(script.data(1, true, "last"));
    assertUnharmed();
    send(script.data(1, false, "more"));
    assertReset(1, STREAM_CLOSED);
    assertTrue(channel.isActive());
  }

  @Test
  void dataAfterThePeersOwnResetIsAFault() {
    begin();
    open(1);
    reset(1);
    send(script.reset(1, CANCEL));
    send(script.reset(1, CANCEL));
    assertUnharmed();
    send(script.data(1, false, "more"));
    assertReset(1, STREAM_CLOSED);
  }

  @Test
  void dataOnStreamThatPeerHasEndedIsAnsweredGently() {
    begin();
    send(head(1, true));
    answer(1);
    send(script.data(1, false, "more"));
    assertReset(1, STREAM_CLOSED);
    // Not forgiven because it was reset: that is no news to the peer.
    send(script.data(1, false, "more"));
    assertReset(1, STREAM_CLOSED);
    assertTrue(channel.isActive());
  }

  @Test
  void secondHeadBeforeTheAnswerEndsTheStream() {
    begin();
    send(head(1, true));
    send(head(1, true));
    assertReset(1, STREAM_CLOSED);
    open(3);
    send(script.data(3, true, "body"));
    send(head(3, false));
    assertReset(3, STREAM_CLOSED);
    assertTrue(channel.isActive());
  }

  @Test
  void headOnStreamThatIsOverEndsTheConnection() {
    begin();
    send(head(1, true));
    answer(1);
    send(head(1, true));
    assertEnded(STREAM_CLOSED);
  }

  @Test
  void headAfterThePeersResetEndsTheConnection() {
    begin();
    open(1);
    send(script.reset(1, CANCEL));
    send(head(1, true));
    assertEnded(STREAM_CLOSED);
  }

  @Test
  void headOnIdThatWasPassedOverEndsTheConnection() {
    begin();
    send(head(9, true));
    answer(9);
    send(head(3, true));
    assertEnded(PROTOCOL_ERROR);
  }

  @Test
  void idsBetweenGapsAreNotGaps() {
    begin();
    for (int id : new int[] {5, 7, 13}) {
      send(head(id, true));
      answer(id);
    }
    send(head(7, true));
    assertEnded(STREAM_CLOSED);
  }

  @Test
  void laterGapsAreRememberedToo() {
    begin();
    for (int id : new int[] {5, 7, 13}) {
      send(head(id, true));
      answer(id);
    }
    send(head(11, true));
    assertEnded(PROTOCOL_ERROR);
  }

  @Test
  void refusedStreamsAreOverForThePeerOnlyOnceItKnows() {
    begin();
    for (int i = 0; i < MAX_STREAMS; i++) {
      open(2 * i + 1);
    }
    open(9);
    assertReset(9, REFUSED_STREAM);
    send(script.data(9, false, "body"));
    send(script.windowUpdate(9, 10));
    hand.run(() -> edge.writeReset(1, CANCEL));
    assertReset(1, CANCEL);
    // There is room now, but these are trailers and no new call.
    send(trailers(9));
    send(script.windowUpdate(9, 10));
    send(script.reset(9, CANCEL));
    assertUnharmed();
    open(11);
    assertEquals(4, edge.connection().numActiveStreams());
  }

  @Test
  void refusedStreamMayBeCancelled() {
    begin();
    for (int i = 0; i < MAX_STREAMS; i++) {
      open(2 * i + 1);
    }
    open(9);
    assertReset(9, REFUSED_STREAM);
    send(script.reset(9, CANCEL));
    assertUnharmed();
  }

  @Test
  void bodyOfMalformedHeadIsDroppedInSilence() {
    begin();
    send(script.headers(1, false, ":method", "GET", "Upper", "case"));
    assertReset(1, PROTOCOL_ERROR);
    send(script.data(1, true, "body"));
    assertUnharmed();
  }

  @Test
  void bodyOfHeadThatIsTooLargeIsDroppedInSilence() {
    begin();
    send(script.headers(1, false, ":method", "GET", "a", "b".repeat(9000)));
    List<Seen> seen = read();
    assertEquals("431", seen.get(0).header(":status"));
    assertEquals("reset", seen.get(1).type());
    send(script.data(1, true, "body"));
    assertUnharmed();
  }

  @Test
  void idleStreamsAreNotOver() {
    begin();
    open(5);
    send(script.data(7, false, "body"));
    assertEnded(PROTOCOL_ERROR);
  }

  @Test
  void asManyResetsAreRememberedAsThereMayBeStreams() {
    begin();
    for (int i = 0; i < MAX_STREAMS; i++) {
      open(2 * i + 1);
    }
    for (int i = 0; i < MAX_STREAMS; i++) {
      reset(2 * i + 1);
    }
    for (int i = 0; i < MAX_STREAMS; i++) {
      send(script.data(2 * i + 1, false, "body"));
    }
    assertUnharmed();
    // Whoever opens another has heard of the first.
    open(2 * MAX_STREAMS + 1);
    reset(2 * MAX_STREAMS + 1);
    send(script.data(1, false, "body"));
    assertReset(1, STREAM_CLOSED);
  }

  @Test
  void streamsBeyondOurGoAwayAreDroppedInSilence() {
    begin();
    open(1);
    open(3);
    hand.run(
        () -> {
          edge.goAway(
              channel.pipeline().context(edge), 1, 0, Unpooled.EMPTY_BUFFER, channel.newPromise());
          edge.requestFlush();
        });
    read();
    send(script.data(3, true, "body"));
    assertUnharmed();
  }

  @Test
  void dialledPeerMaySendOnWhateverWeHaveReset() {
    channel.finishAndReleaseAll();
    edge =
        EdgeBuilder.client(
            Http2Settings.defaultSettings().maxHeaderListSize(8192),
            new Http2FrameAdapter(),
            Edge::new);
    channel = EmbeddedChannel.builder().ticker(ticker).handlers(edge).build();
    hand = new HandLoop(channel, ticker);
    ByteBuf preface = channel.readOutbound();
    preface.release();
    send(script.settings(INITIAL_WINDOW_SIZE, WINDOW));
    send(script.settingsAck());
    AsciiString text = AsciiString.of("a");
    CallHeaders head =
        new CallHeaders(
            CallProtocol.GRPC,
            AsciiString.of("POST"),
            AsciiString.of("http"),
            text,
            AsciiString.of("/a"),
            new HeaderFields(),
            CallHeaders.NO_TIMEOUT);
    for (int id = 1; id < 200; id += 2) {
      int stream = id;
      hand.run(() -> edge.writeFields(stream, Http2HeaderFields.ofRequest(head), false, null));
      hand.run(() -> edge.writeReset(stream, CANCEL));
    }
    read();
    for (int id = 1; id < 200; id += 2) {
      send(script.headers(id, false, ":status", "200"));
      send(script.data(id, false, "body"));
      send(trailers(id));
      send(script.reset(id, 0));
    }
    assertUnharmed();
    send(script.data(201, false, "body"));
    assertEnded(PROTOCOL_ERROR);
  }
}
