package dev.adit.core.http2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.http2.flood.FloodLimits;
import dev.adit.testing.http2.EdgeBench;
import dev.adit.testing.http2.Http2Script.Seen;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an edge writes: in order, within the peer's windows, in turns, and whole. */
final class EdgeWritesTest {
  private static final int INITIAL_WINDOW_SIZE = 4;
  private static final int ENABLE_PUSH = 2;
  private static final int MAX_HEADER_LIST_SIZE = 6;
  private static final int HEADER_TABLE_SIZE = 1;
  private static final int WINDOW = 65_535;

  private final EdgeBench.Edge edge =
      EdgeBench.accepting(Http2Settings.defaultSettings(), FloodLimits.DEFAULT, limit -> {});
  private final EdgeBench bench = new EdgeBench(edge);

  EdgeWritesTest() {
    bench.begin();
  }

  @AfterEach
  void close() {
    bench.close();
  }

  /** CVE-2026-93492 and its kind: a peer would decide how much we remember of what we write. */
  @ParameterizedTest
  @CsvSource({"100, 100", "4096, 4096", "4097, 4096", "2147483647, 4096"})
  void peerMayMakeTheHeaderTableSmallerAndNotLarger(int offered, long used) {
    bench.send(bench.script.settings(HEADER_TABLE_SIZE, offered));
    assertEquals(used, edge.encoder().configuration().headersConfiguration().maxHeaderTableSize());
  }

  private void widenConnection() {
    bench.send(bench.script.windowUpdate(0, 1 << 30));
  }

  private void open(int stream) {
    bench.send(
        bench.script.headers(
            stream, true, ":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a"));
    bench.hand.run(() -> edge.writeFields(stream, head(new HeaderFields()), false, null));
    bench.read();
  }

  private static Http2HeaderFields head(HeaderFields fields) {
    return Http2HeaderFields.ofResponse(new ResponseHead(200, fields));
  }

  private static ByteBuf pooled(byte[] bytes) {
    return PooledByteBufAllocator.DEFAULT.buffer(bytes.length).writeBytes(bytes);
  }

  private static byte[] letters(Random random, int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) ('a' + random.nextInt(26));
    }
    return bytes;
  }

  private String bodyOf(int stream, List<Seen> seen) {
    StringBuilder body = new StringBuilder();
    for (Seen frame : seen) {
      if (frame.type().equals("data") && frame.stream() == stream) {
        body.append(frame.text().get(0));
      }
    }
    return body.toString();
  }

  /** RFC 9113 4.3: what is too long for one frame goes on in CONTINUATION, and nothing between. */
  @Test
  void headerListTooLongForOneFrameIsCut() {
    widenConnection();
    open(1);
    HeaderFields fields = new HeaderFields();
    String value = new String(letters(new Random(1), 50_000), StandardCharsets.US_ASCII);
    fields.add(AsciiString.of("x-long"), AsciiString.of(value));
    bench.hand.run(
        () -> {
          edge.writeFields(1, Http2HeaderFields.ofTrailers(fields), true, null);
          edge.writePing();
        });
    List<Seen> seen = bench.read();
    assertEquals(value, seen.get(0).header("x-long"));
    assertTrue(seen.get(0).last());
    assertEquals("ping", seen.get(1).type());
    assertEquals(0, edge.connection().numActiveStreams());
  }

  /** A connection has one list for what is written at once. */
  @Test
  void trailersThatWaitForAWindowAreNotThoseOfAnotherStream() {
    widenConnection();
    open(1);
    open(3);
    bench.hand.run(
        () -> {
          edge.writeChunk(1, chunk(WINDOW + 1), false, null);
          edge.writeTrailers(1, fields("waits"), null);
          edge.writeTrailers(3, fields("goes"), null);
        });
    bench.read();
    bench.send(bench.script.windowUpdate(1, 1));
    assertEquals("waits", bench.read().get(1).header("x"));
  }

  private static HeaderFields fields(String value) {
    return new HeaderFields().add(AsciiString.of("x"), AsciiString.of(value));
  }

  /** Copied or not, in one frame or in several: what is written first comes first. */
  @Test
  void chunksOfAllSizesKeepTheirOrder() {
    widenConnection();
    open(1);
    Random random = new Random(2);
    StringBuilder written = new StringBuilder();
    bench.hand.run(
        () -> {
          for (int size : new int[] {10, 5_000, 1, 4_096, 4_097, 20_000, 3, 16_384, 100}) {
            byte[] chunk = letters(random, size);
            written.append(new String(chunk, StandardCharsets.US_ASCII));
            edge.writeChunk(1, pooled(chunk), false, null);
          }
          edge.writeFields(1, Http2HeaderFields.ofTrailers(new HeaderFields()), true, null);
        });
    List<Seen> seen = bench.read();
    assertEquals(written.toString(), bodyOf(1, seen));
    assertEquals("headers", seen.get(seen.size() - 1).type());
    assertTrue(seen.get(seen.size() - 1).last());
  }

  @Test
  void streamsThatWaitForTheConnectionTakeTurns() {
    open(1);
    open(3);
    open(5);
    bench.hand.run(
        () -> {
          edge.writeChunk(1, chunk(WINDOW), false, null);
          edge.writeChunk(3, chunk(200_000), false, null);
          edge.writeChunk(5, chunk(200_000), false, null);
        });
    bench.read();
    bench.send(bench.script.windowUpdate(0, 6 * 16_384));
    int before = 0;
    List<Integer> turns = new ArrayList<>();
    for (Seen frame : bench.read()) {
      if (frame.type().equals("data")) {
        turns.add(frame.stream());
        before += (int) frame.number();
      }
    }
    assertEquals(6 * 16_384, before);
    assertEquals(3, turns.stream().filter(stream -> stream == 3).count(), turns::toString);
    assertEquals(3, turns.stream().filter(stream -> stream == 5).count(), turns::toString);
  }

  private static ByteBuf chunk(int bytes) {
    return PooledByteBufAllocator.DEFAULT.buffer(bytes).writeZero(bytes);
  }

  /** RFC 9113 6.9.2: a window may fall below zero, and must be above it again. */
  @Test
  void windowBelowZeroHoldsEverything() {
    widenConnection();
    open(1);
    bench.hand.run(() -> edge.writeChunk(1, chunk(WINDOW), false, null));
    bench.send(bench.script.settings(INITIAL_WINDOW_SIZE, WINDOW - 1000));
    bench.hand.run(() -> edge.writeChunk(1, chunk(10), true, null));
    bench.read();
    bench.send(bench.script.windowUpdate(1, 1000));
    assertEquals(List.of(), bench.read());
    bench.send(bench.script.windowUpdate(1, 4));
    assertEquals(4, bench.read().get(0).number());
    bench.send(bench.script.windowUpdate(1, 100));
    Seen rest = bench.read().get(0);
    assertEquals(6, rest.number());
    assertTrue(rest.last());
    assertEquals(0, edge.connection().numActiveStreams());
  }

  /** RFC 9113 6.9.1 and 6.9.2: one stream's window is its own affair, a setting is everyone's. */
  @Test
  void windowThatPassesItsLimitEndsTheStreamOrTheConnection() {
    open(1);
    open(3);
    bench.send(bench.script.windowUpdate(1, Integer.MAX_VALUE));
    Seen reset = bench.read().get(0);
    assertEquals("reset", reset.type());
    assertEquals(1, reset.stream());
    assertEquals(Http2Error.FLOW_CONTROL_ERROR.code(), reset.number());
    bench.send(bench.script.windowUpdate(3, Integer.MAX_VALUE - WINDOW));
    assertTrue(bench.channel.isActive());
    bench.send(bench.script.settings(INITIAL_WINDOW_SIZE, WINDOW + 1));
    List<Seen> seen = bench.read();
    Seen last = seen.get(seen.size() - 1);
    assertEquals("goaway", last.type(), seen::toString);
    assertEquals(Http2Error.FLOW_CONTROL_ERROR.code(), last.number());
  }

  /** RFC 9113 6.5.2: what the peer would not take is not sent, and nothing of it is left behind. */
  @Test
  void headerListThatIsNotSentLeavesNothingBehind() {
    EdgeBench.Edge dialling = EdgeBench.dialling();
    try (EdgeBench dialled = new EdgeBench(dialling)) {
      ByteBuf preface = dialled.channel.readOutbound();
      preface.release();
      dialled.send(dialled.script.settings(MAX_HEADER_LIST_SIZE, 300));
      dialled.send(dialled.script.settingsAck());
      dialled.read();
      dialled.hand.run(
          () -> {
            dialling.writeFields(1, request("x".repeat(300)), true, null);
            dialling.writeFields(3, request("short"), true, null);
          });
      List<Seen> seen = dialled.read();
      assertEquals(List.of("headers"), seen.stream().map(Seen::type).toList(), seen::toString);
      assertEquals(3, seen.get(0).stream());
      assertEquals("short", seen.get(0).header("x-field"));
    }
  }

  private static Http2HeaderFields request(String value) {
    return Http2HeaderFields.ofRequest(
        AsciiString.of("POST"),
        AsciiString.of("http"),
        AsciiString.of("a"),
        AsciiString.of("/a"),
        new HeaderFields(1).add(AsciiString.of("x-field"), AsciiString.of(value)));
  }

  @Test
  void chunkThatFitsDoesNotOvertakeOneThatWaits() {
    bench.send(bench.script.settings(INITIAL_WINDOW_SIZE, 100));
    open(1);
    bench.hand.run(
        () -> {
          edge.writeChunk(
              1, pooled("a".repeat(150).getBytes(StandardCharsets.US_ASCII)), false, null);
          edge.writeChunk(
              1, pooled("b".repeat(20).getBytes(StandardCharsets.US_ASCII)), false, null);
        });
    bench.send(bench.script.windowUpdate(1, 1000));
    assertEquals("a".repeat(150) + "b".repeat(20), bodyOf(1, bench.read()));
  }

  /** A call that nobody reads holds its bytes, and not the tunnel's message around them. */
  @Test
  void fewBytesThatWaitLetGoOfTheBufferThatTheyCameIn() {
    bench.send(bench.script.settings(INITIAL_WINDOW_SIZE, 0));
    open(1);
    ByteBuf message = pooled("a".repeat(10_000).getBytes(StandardCharsets.US_ASCII));
    bench.hand.run(() -> edge.writeChunk(1, message.retainedSlice(0, 10), false, null));
    assertEquals(1, message.refCnt());
    message.release();
    bench.send(bench.script.windowUpdate(1, 1000));
    assertEquals("a".repeat(10), bodyOf(1, bench.read()));
  }

  /** Half a socket's worth at a time: what the channel does not take stays with the stream. */
  @Test
  void channelThatTakesNothingHoldsAllButItsMark() {
    widenConnection();
    bench.send(bench.script.settings(INITIAL_WINDOW_SIZE, 1 << 30));
    open(1);
    bench.channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(8_192, 32_768));
    bench.hand.run(
        () -> {
          List<ByteBuf> chunks = new ArrayList<>();
          for (int i = 0; i < 1000; i++) {
            ByteBuf chunk = chunk(1_000);
            chunks.add(chunk);
            edge.writeChunk(1, chunk, false, null);
          }
          long copied = chunks.stream().filter(chunk -> chunk.refCnt() == 0).count();
          assertTrue(copied <= 50, () -> copied + " KB are copied beyond a mark of 32 KiB");
        });
    assertEquals(1_000_000, bodyOf(1, bench.read()).length());
  }

  @Test
  void whatIsWrittenToAClosedConnectionIsFreedAndTold() {
    open(1);
    int[] failed = new int[1];
    ByteBuf small = chunk(10);
    ByteBuf large = chunk(10_000);
    bench.hand.run(
        () -> {
          edge.writeChunk(1, small, false, written -> failed[0] += written.isSuccess() ? 0 : 1);
          edge.context().close();
          edge.writeChunk(1, large, false, written -> failed[0] += written.isSuccess() ? 0 : 1);
        });
    assertEquals(2, failed[0]);
    assertEquals(0, small.refCnt());
    assertEquals(0, large.refCnt());
    assertFalse(bench.channel.isActive());
  }

  /** What others put into the pipeline comes where they put it. */
  @Test
  void writesOfOthersKeepTheirPlace() {
    open(1);
    bench.hand.run(
        () -> {
          edge.writeChunk(1, chunk(3), false, null);
          byte[] ping = bench.script.ping();
          edge.context().write(Unpooled.wrappedBuffer(ping));
          edge.writeChunk(1, chunk(4), false, null);
        });
    List<Seen> seen = bench.read();
    assertEquals(List.of("data", "ping", "data"), seen.stream().map(Seen::type).toList());
  }

  /**
   * Whatever comes in whatever order, each stream's bytes arrive whole and in order, and no window
   * is passed.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void anyOrderOfWritesAndWindows(long seed) {
    widenConnection();
    Random random = new Random(seed);
    bench.send(bench.script.settings(INITIAL_WINDOW_SIZE, random.nextInt(5_000), ENABLE_PUSH, 0));
    int window = edge.encoder().flowController().initialWindowSize();
    int streams = 4;
    StringBuilder[] written = new StringBuilder[streams];
    StringBuilder[] read = new StringBuilder[streams];
    long[] granted = new long[streams];
    for (int i = 0; i < streams; i++) {
      open(2 * i + 1);
      written[i] = new StringBuilder();
      read[i] = new StringBuilder();
      granted[i] = window;
    }
    for (int step = 0; step < 400; step++) {
      int which = random.nextInt(streams);
      int stream = 2 * which + 1;
      if (random.nextInt(3) > 0) {
        byte[] chunk = letters(random, random.nextInt(random.nextInt(10) == 0 ? 30_000 : 300));
        written[which].append(new String(chunk, StandardCharsets.US_ASCII));
        bench.hand.run(() -> edge.writeChunk(stream, pooled(chunk), false, null));
      } else {
        int more = 1 + random.nextInt(6_000);
        granted[which] += more;
        bench.send(bench.script.windowUpdate(stream, more));
      }
      take(read, granted);
    }
    for (int i = 0; i < streams; i++) {
      int stream = 2 * i + 1;
      granted[i] += 1 << 28;
      bench.send(bench.script.windowUpdate(stream, 1 << 28));
      bench.hand.run(
          () ->
              edge.writeFields(
                  stream, Http2HeaderFields.ofTrailers(new HeaderFields()), true, null));
      take(read, granted);
      assertEquals(written[i].toString(), read[i].toString());
    }
    assertEquals(0, edge.connection().numActiveStreams());
  }

  private void take(StringBuilder[] read, long[] granted) {
    for (Seen frame : bench.read()) {
      if (frame.type().equals("data")) {
        int which = frame.stream() / 2;
        read[which].append(frame.text().get(0));
        assertTrue(read[which].length() <= granted[which], "a window is passed");
      }
    }
  }
}
