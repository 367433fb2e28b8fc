package dev.adit.core.http2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.http2.flood.Flood;
import dev.adit.core.http2.flood.FloodLimits;
import dev.adit.testing.http2.EdgeBench;
import dev.adit.testing.http2.Http2Script.Seen;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.handler.codec.http2.Http2Settings;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Body bytes that wait for a window when their stream ends. */
final class LeftBytesTest {
  private static final int CANCEL = 8;
  private static final int INITIAL_WINDOW_SIZE = 4;
  private static final int WINDOW = 65_535;

  private final List<Flood> floods = new ArrayList<>();
  private final EdgeBench.Edge edge =
      EdgeBench.accepting(Http2Settings.defaultSettings(), FloodLimits.DEFAULT, floods::add);
  private final EdgeBench bench = new EdgeBench(edge);

  @AfterEach
  void close() {
    bench.close();
  }

  private void open(int stream, boolean last) {
    bench.send(
        bench.script.headers(
            stream, last, ":method", "POST", ":scheme", "http", ":path", "/", ":authority", "a"));
  }

  private static ByteBuf chunk(int bytes) {
    return PooledByteBufAllocator.DEFAULT.buffer(bytes).writeZero(bytes);
  }

  /** A head, and more than the stream's window takes. */
  private void answer(int stream) {
    edge.writeFields(
        stream,
        Http2HeaderFields.ofResponse(new ResponseHead(200, new HeaderFields())),
        false,
        null);
    for (int part = 0; part < 5; part++) {
      edge.writeChunk(stream, chunk(16_384), false, null);
    }
  }

  @Test
  void callerThatCancelsWhileTheyWaitIsNoAttacker() {
    bench.begin();
    bench.send(bench.script.windowUpdate(0, 1 << 30));
    for (int i = 0; i <= FloodLimits.DEFAULT.forcedResets(); i++) {
      int stream = 2 * i + 1;
      open(stream, true);
      bench.hand.run(() -> answer(stream));
      bench.read();
      bench.hand.advance(Duration.ofMillis(1));
      bench.send(bench.script.reset(stream, CANCEL));
      assertEquals(List.of(), bench.read(), "a reset is not answered by one (RFC 9113 5.4.2)");
    }
    assertEquals(List.of(), floods);
    assertTrue(bench.channel.isActive());
  }

  @Test
  void nothingFollowsOurReset() {
    bench.begin();
    bench.send(bench.script.windowUpdate(0, 1 << 30));
    open(1, false);
    bench.hand.run(() -> answer(1));
    bench.send(bench.script.data(1, false, "a".repeat(16_000)));
    bench.read();
    // One turn: the reset, then what would have let the bytes go, and late bytes of the peer's.
    ByteArrayOutputStream late = new ByteArrayOutputStream();
    late.writeBytes(bench.script.windowUpdate(1, 100_000));
    late.writeBytes(bench.script.data(1, false, "b".repeat(16_000)));
    bench.hand.run(
        () -> {
          edge.writeReset(1, CANCEL);
          bench
              .channel
              .pipeline()
              .fireChannelRead(
                  PooledByteBufAllocator.DEFAULT.buffer().writeBytes(late.toByteArray()));
          edge.writeChunk(1, chunk(10), false, null);
          edge.writeFields(1, Http2HeaderFields.ofTrailers(new HeaderFields()), true, null);
          edge.consume(edge.connection().stream(1), 16_000);
        });
    List<String> types = bench.read().stream().map(Seen::type).toList();
    assertEquals(List.of("reset"), types);
    assertTrue(bench.channel.isActive());
  }

  @Test
  void headBehindOurResetIsNotWritten() {
    bench.begin();
    open(1, false);
    boolean[] written = {true};
    bench.hand.run(
        () -> {
          edge.writeReset(1, CANCEL);
          edge.writeFields(
              1,
              Http2HeaderFields.ofResponse(new ResponseHead(200, new HeaderFields())),
              true,
              done -> written[0] = done.isSuccess());
        });
    assertEquals(List.of("reset"), bench.read().stream().map(Seen::type).toList());
    assertFalse(written[0]);
  }

  @Test
  void callerWithASmallWindowMayGrantEachFrameAnew() {
    bench.begin();
    bench.send(bench.script.settings(INITIAL_WINDOW_SIZE, 64));
    open(1, true);
    bench.hand.run(() -> answer(1));
    int got = 0;
    while (got < WINDOW) {
      List<Seen> news = bench.read();
      int bytes =
          news.stream()
              .filter(frame -> frame.type().equals("data"))
              .mapToInt(frame -> frame.text().get(0).length())
              .sum();
      assertTrue(bytes > 0, () -> "stuck: " + news + floods);
      got += bytes;
      bench.send(bench.script.windowUpdate(1, bytes));
      bench.send(bench.script.windowUpdate(0, bytes));
    }
    assertEquals(List.of(), floods);
  }

  /** What has waited for the connection's window goes before what comes later. */
  @Test
  void streamThatWaitsForTheConnectionIsNotPassedByOthers() {
    bench.begin();
    open(1, true);
    open(3, true);
    bench.send(bench.script.windowUpdate(1, 1 << 20));
    bench.hand.run(() -> answer(1));
    bench.read();
    for (int i = 0; i < 5; i++) {
      // One turn: the window, and a chunk of another stream that would use it up.
      bench.hand.run(
          () -> {
            bench
                .channel
                .pipeline()
                .fireChannelRead(
                    PooledByteBufAllocator.DEFAULT
                        .buffer()
                        .writeBytes(bench.script.windowUpdate(0, 1000)));
            edge.writeChunk(3, chunk(1000), false, null);
          });
    }
    long first =
        bench.read().stream()
            .filter(each -> each.type().equals("data") && each.stream() == 1)
            .count();
    assertTrue(first > 0, "a stream that never has to wait takes all of the window");
  }
}
