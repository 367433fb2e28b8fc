package dev.adit.core.http2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.http2.flood.FloodLimits;
import dev.adit.testing.http2.EdgeBench;
import dev.adit.testing.http2.Http2Script.Seen;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.util.AsciiString;
import java.io.IOException;
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

  /** Counts what reaches the socket. */
  private static final class Flushes extends ChannelOutboundHandlerAdapter {
    private int count;
    private int bytes;

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
      bytes += ((ByteBuf) message).readableBytes();
      ctx.write(message, promise);
    }

    @Override
    public void flush(ChannelHandlerContext ctx) {
      count++;
      ctx.flush();
    }
  }

  private final Flushes flushes = new Flushes();
  private final EdgeBench.Edge edge =
      EdgeBench.accepting(Http2Settings.defaultSettings(), FloodLimits.DEFAULT, limit -> {});
  private final EdgeBench bench = new EdgeBench(flushes, edge);

  EdgeHandlerTest() {
    bench.begin();
  }

  @AfterEach
  void close() {
    bench.close();
  }

  private void open(int stream) {
    bench.send(
        bench.script.headers(
            stream, true, ":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a"));
  }

  private static ByteBuf chunk(int bytes) {
    return PooledByteBufAllocator.DEFAULT.buffer(bytes).writeZero(bytes);
  }

  @Test
  void connectionWindowIsRaisedOnceAndStreamWindowsAreNot() {
    List<Seen> windows =
        bench.script.seen().stream().filter(frame -> frame.type().equals("window")).toList();
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
    bench.hand.run(
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
    assertEquals(15, bench.read().size());
    assertEquals(0, edge.connection().numActiveStreams());
  }

  /** The size of a response head with one field. */
  private int headBytes(int stream, String name) {
    open(stream);
    HeaderFields fields = new HeaderFields();
    fields.add(AsciiString.of(name), AsciiString.of("f63994cc0000000400000001"));
    int before = flushes.bytes;
    bench.hand.run(
        () ->
            edge.writeFields(
                stream, Http2HeaderFields.ofResponse(new ResponseHead(200, fields)), false, null));
    return flushes.bytes - before;
  }

  @Test
  void fieldsThatDifferEachTimeAndSecretsStayOutOfTheTable() {
    assertTrue(headBytes(1, "x-other-name") > headBytes(3, "x-other-name"));
    int stream = 5;
    for (String name :
        List.of(
            "x-request-id",
            "grpc-timeout",
            "traceparent",
            "authorization",
            "cookie",
            "set-cookie")) {
      assertEquals(headBytes(stream, name), headBytes(stream + 2, name), name);
      stream += 4;
    }
  }

  @Test
  void turnWithoutAWriteFlushesNothing() {
    int before = flushes.count;
    bench.hand.run();
    assertEquals(before, flushes.count);
  }

  @Test
  void listenerIsToldWhenBytesAreInTheSocketOrNeverWillBe() {
    open(1);
    int[] told = new int[2];
    bench.hand.run(
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
    bench.hand.run(() -> edge.writeReset(1, 8));
    assertEquals(1, told[1]);
  }

  @Test
  void streamThatIsGoneStaysGone() {
    open(1);
    bench.hand.run(() -> edge.writeReset(1, 8));
    bench.read();
    bench.hand.run(() -> edge.writeReset(1, 8));
    bench.hand.run(() -> edge.writeChunk(1, chunk(10), true, null));
    assertEquals(List.of(), bench.read());
    assertTrue(bench.channel.isActive());
  }

  @Test
  void peerMayNotGrowOurHeaderTable() {
    bench.send(bench.script.settings(HEADER_TABLE_SIZE, 1 << 30, MAX_FRAME_SIZE, 16_384));
    assertEquals(4096, edge.encoder().configuration().headersConfiguration().maxHeaderTableSize());
    assertTrue(bench.channel.isActive());
  }

  @Test
  void bytesThatAreNoHttp2EndTheConnection() {
    bench.send(new byte[] {0, 0, 1, 9, 0, 0, 0, 0, 0, 0});
    bench.hand.advance(Duration.ofMillis(1));
    List<Seen> seen = bench.read();
    assertEquals("goaway", seen.get(seen.size() - 1).type());
    assertFalse(bench.channel.isActive());
  }

  /** Scanners and dying peers would fill the log, a stack trace each. */
  @Test
  void socketThatBreaksIsClosedWithoutAnAlarm() {
    bench.channel.pipeline().fireExceptionCaught(new IOException("Connection reset by peer"));
    bench.channel.checkException();
    assertFalse(bench.channel.isOpen());
  }

  @Test
  void failedHandshakeIsClosedWithoutAnAlarm() {
    bench
        .channel
        .pipeline()
        .fireExceptionCaught(new DecoderException(new SSLHandshakeException("no such protocol")));
    bench.channel.checkException();
    assertFalse(bench.channel.isOpen());
  }

  @Test
  void mistakeOfOursIsStillReported() {
    bench.channel.pipeline().fireExceptionCaught(new IllegalStateException("ours"));
    assertThrows(IllegalStateException.class, bench.channel::checkException);
  }

  /** Each kind of frame is whole when it has been read: no header list is taken for unfinished. */
  @Test
  void noFrameIsTakenForAHeaderListThatTakesTooLong() {
    byte[] unknown = {0, 0, 2, 0x42, 0, 0, 0, 0, 0, 1, 2};
    byte[] priority = {0, 0, 5, 2, 0, 0, 0, 0, 5, 0, 0, 0, 0, 1};
    byte[] post =
        bench.script.headers(
            1, false, ":method", "POST", ":scheme", "http", ":path", "/", ":authority", "a");
    for (byte[] frame :
        List.of(
            bench.script.ping(),
            bench.script.pingAck(),
            bench.script.settings(),
            bench.script.settingsAck(),
            bench.script.windowUpdate(0, 1),
            unknown,
            priority,
            post,
            bench.script.data(1, false, "body"),
            bench.script.reset(1, 8),
            bench.script.goAway(0, 0))) {
      bench.send(frame);
      bench.hand.advance(Duration.ofSeconds(6));
      assertTrue(bench.channel.isActive(), () -> "after a frame of type " + frame[3]);
    }
  }

  @Test
  void headerListThatIsFinishedInTimeIsNoneThatTakesTooLong() {
    byte[] whole =
        bench.script.headers(
            1, true, ":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a");
    bench.send(Arrays.copyOf(whole, 12));
    bench.hand.advance(Duration.ofSeconds(4));
    bench.send(Arrays.copyOfRange(whole, 12, whole.length));
    bench.hand.advance(Duration.ofSeconds(10));
    assertTrue(bench.channel.isActive());
    open(3);
    bench.hand.advance(Duration.ofSeconds(10));
    assertTrue(bench.channel.isActive());
  }
}
