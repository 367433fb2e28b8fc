package dev.adit.core.http2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.http2.flood.ConnectionLimits;
import dev.adit.core.http2.flood.FloodLimits;
import dev.adit.testing.http2.Http2Script;
import dev.adit.testing.http2.Http2Script.Seen;
import dev.adit.testing.tunnel.HandLoop;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One connection at an edge: what is written in a turn leaves at its end, at once. */
final class EdgeHandlerTest {
  private static final int HEADER_TABLE_SIZE = 1;
  private static final int MAX_FRAME_SIZE = 5;

  /** The plainest of edges. */
  private static final class Edge extends EdgeHandler {
    Edge(Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
      super(decoder, encoder, settings);
    }
  }

  /** Counts what reaches the socket. */
  private static final class Flushes extends ChannelOutboundHandlerAdapter {
    private int count;

    @Override
    public void flush(ChannelHandlerContext ctx) {
      count++;
      ctx.flush();
    }
  }

  private final Http2Script script = new Http2Script();
  private final Flushes flushes = new Flushes();
  private final MockTicker ticker = Ticker.newMockTicker();
  private final Edge edge =
      EdgeBuilder.server(
          Http2Settings.defaultSettings().maxHeaderListSize(8192),
          new ConnectionLimits(Duration.ofSeconds(5), 1, 1, FloodLimits.DEFAULT),
          limit -> {},
          new Http2FrameAdapter(),
          Edge::new);
  private final EmbeddedChannel channel =
      EmbeddedChannel.builder().ticker(ticker).handlers(flushes, edge).build();
  private final HandLoop hand = new HandLoop(channel, ticker);

  EdgeHandlerTest() {
    send(Http2Script.PREFACE.getBytes(StandardCharsets.US_ASCII));
    send(script.settings());
    send(script.settingsAck());
    read();
  }

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
    script.close();
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

  private void open(int stream) {
    send(
        script.headers(
            stream, true, ":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a"));
  }

  private static ByteBuf chunk(int bytes) {
    return PooledByteBufAllocator.DEFAULT.buffer(bytes).writeZero(bytes);
  }

  @Test
  void connectionWindowIsRaisedOnceAndStreamWindowsAreNot() {
    List<Seen> windows =
        script.seen().stream().filter(frame -> frame.type().equals("window")).toList();
    assertEquals(1, windows.size());
    assertEquals(0, windows.get(0).stream());
    assertEquals((8 << 20) - 65_535, windows.get(0).number());
  }

  @Test
  void everythingOfOneTurnLeavesInOneFlush() {
    for (int stream = 1; stream <= 9; stream += 2) {
      open(stream);
    }
    int before = flushes.count;
    hand.run(
        () -> {
          for (int stream = 1; stream <= 9; stream += 2) {
            edge.writeFields(
                stream,
                Http2HeaderFields.ofResponse(new ResponseHead(200, new HeaderFields())),
                false,
                null);
            edge.writeChunk(stream, chunk(10), false, null);
            edge.writeFields(stream, Http2HeaderFields.ofTrailers(new HeaderFields()), true, null);
          }
          assertEquals(before, flushes.count);
        });
    assertEquals(before + 1, flushes.count);
    assertEquals(15, read().size());
    assertEquals(0, edge.connection().numActiveStreams());
  }

  @Test
  void turnWithoutAWriteFlushesNothing() {
    int before = flushes.count;
    hand.run();
    assertEquals(before, flushes.count);
  }

  @Test
  void listenerIsToldWhenBytesAreInTheSocketOrNeverWillBe() {
    open(1);
    int[] told = new int[2];
    hand.run(
        () -> {
          edge.writeFields(
              1,
              Http2HeaderFields.ofResponse(new ResponseHead(200, new HeaderFields())),
              false,
              null);
          edge.writeChunk(1, chunk(65_535), false, written -> told[written.isSuccess() ? 0 : 1]++);
          edge.writeChunk(1, chunk(1), false, written -> told[written.isSuccess() ? 0 : 1]++);
          assertTrue(edge.hasUnsentChunks(edge.connection().stream(1)));
          assertEquals(0, told[0]);
        });
    assertEquals(1, told[0]);
    assertEquals(0, told[1]);
    hand.run(() -> edge.writeReset(1, 8));
    assertEquals(1, told[1]);
  }

  @Test
  void streamThatIsGoneStaysGone() {
    open(1);
    hand.run(() -> edge.writeReset(1, 8));
    read();
    hand.run(() -> edge.writeReset(1, 8));
    hand.run(() -> edge.writeChunk(1, chunk(10), true, null));
    assertEquals(List.of(), read());
    assertTrue(channel.isActive());
  }

  @Test
  void peerMayNotGrowOurHeaderTable() {
    send(script.settings(HEADER_TABLE_SIZE, 1 << 30, MAX_FRAME_SIZE, 16_384));
    assertEquals(4096, edge.encoder().configuration().headersConfiguration().maxHeaderTableSize());
    assertTrue(channel.isActive());
  }

  @Test
  void bytesThatAreNoHttp2EndTheConnection() {
    send(new byte[] {0, 0, 1, 9, 0, 0, 0, 0, 0, 0});
    hand.advance(Duration.ofMillis(1));
    List<Seen> seen = read();
    assertEquals("goaway", seen.get(seen.size() - 1).type());
    assertFalse(channel.isActive());
  }

  /** Scanners and dying peers would fill the log, a stack trace each. */
  @Test
  void socketThatBreaksIsClosedWithoutAnAlarm() {
    channel.pipeline().fireExceptionCaught(new IOException("Connection reset by peer"));
    channel.checkException();
    assertFalse(channel.isOpen());
  }

  @Test
  void failedHandshakeIsClosedWithoutAnAlarm() {
    channel
        .pipeline()
        .fireExceptionCaught(new DecoderException(new SSLHandshakeException("no such protocol")));
    channel.checkException();
    assertFalse(channel.isOpen());
  }

  @Test
  void mistakeOfOursIsStillReported() {
    channel.pipeline().fireExceptionCaught(new IllegalStateException("ours"));
    assertThrows(IllegalStateException.class, channel::checkException);
  }

  /** Each kind of frame is whole when it has been read: no header list is taken for unfinished. */
  @Test
  void noFrameIsTakenForAHeaderListThatTakesTooLong() {
    byte[] unknown = {0, 0, 2, 0x42, 0, 0, 0, 0, 0, 1, 2};
    byte[] priority = {0, 0, 5, 2, 0, 0, 0, 0, 5, 0, 0, 0, 0, 1};
    byte[] post =
        script.headers(
            1, false, ":method", "POST", ":scheme", "http", ":path", "/", ":authority", "a");
    for (byte[] frame :
        List.of(
            script.ping(),
            script.pingAck(),
            script.settings(),
            script.settingsAck(),
            script.windowUpdate(0, 1),
            unknown,
            priority,
            post,
            script.data(1, false, "body"),
            script.reset(1, 8),
            script.goAway(0, 0))) {
      send(frame);
      hand.advance(Duration.ofSeconds(6));
      assertTrue(channel.isActive(), () -> "after a frame of type " + frame[3]);
    }
  }

  @Test
  void headerListThatIsFinishedInTimeIsNoneThatTakesTooLong() {
    byte[] whole =
        script.headers(
            1, true, ":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a");
    send(Arrays.copyOf(whole, 12));
    hand.advance(Duration.ofSeconds(4));
    send(Arrays.copyOfRange(whole, 12, whole.length));
    hand.advance(Duration.ofSeconds(10));
    assertTrue(channel.isActive());
    open(3);
    hand.advance(Duration.ofSeconds(10));
    assertTrue(channel.isActive());
  }
}
