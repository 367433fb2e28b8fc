package dev.adit.core.http2.flood;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.testing.http2.Http2Script;
import dev.adit.testing.tunnel.HandLoop;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.MockTicker;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The guard in front of another's codec: sees the heads of frames, changes nothing. */
final class FloodHandlerTest {
  private static final FloodLimits LIMITS = new FloodLimits(3, 3, 3, 3, 3, 3, 3, 3, 50);

  private final Http2Script script = new Http2Script();
  private final List<Flood> floods = new ArrayList<>();
  private final MockTicker ticker = HandLoop.newTicker();
  private final AtomicInteger reads = new AtomicInteger();
  private final EmbeddedChannel channel =
      EmbeddedChannel.builder()
          .ticker(ticker)
          .handlers(
              new ChannelOutboundHandlerAdapter() {
                @Override
                public void read(ChannelHandlerContext ctx) {
                  reads.incrementAndGet();
                }
              },
              new FloodHandler(
                  new ConnectionLimits(Duration.ofSeconds(5), 1, 1, LIMITS),
                  (limit, peer) -> floods.add(limit)))
          .build();

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
    script.close();
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    Arrays.stream(parts).forEach(all::writeBytes);
    return all.toByteArray();
  }

  private byte[] greeting() {
    return join(Http2Script.PREFACE.getBytes(StandardCharsets.US_ASCII), script.settings());
  }

  /** Hands the bytes in, so many at a time; returns what came through. */
  private byte[] send(byte[] bytes, int step) {
    ByteArrayOutputStream through = new ByteArrayOutputStream();
    for (int at = 0; at < bytes.length && channel.isActive(); at += step) {
      channel.writeInbound(Unpooled.copiedBuffer(bytes, at, Math.min(step, bytes.length - at)));
      for (ByteBuf in = channel.readInbound(); in != null; in = channel.readInbound()) {
        byte[] got = new byte[in.readableBytes()];
        in.readBytes(got);
        through.writeBytes(got);
        in.release();
      }
    }
    return through.toByteArray();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 9, 100_000})
  void whatIsWithinTheLimitsPassesUnchanged(int step) {
    byte[] bytes =
        join(
            greeting(),
            script.settingsAck(),
            script.ping(),
            script.headers(1, false, ":method", "POST"),
            script.data(1, false, new byte[1000]),
            script.data(1, true, new byte[0]),
            script.windowUpdate(0, 5),
            script.reset(1, 8));
    assertArrayEquals(bytes, send(bytes, step));
    assertEquals(List.of(), floods);
    assertTrue(channel.isActive());
  }

  /** A megabyte of the peer's frames may stand behind those that passed the limit. */
  @Test
  void nothingMoreIsHandedOnOnceOurResetsHavePassedTheLimit() {
    send(greeting(), 100);
    AtomicInteger handedOn = new AtomicInteger();
    channel
        .pipeline()
        .addLast(
            new ChannelInboundHandlerAdapter() {
              @Override
              public void channelRead(ChannelHandlerContext ctx, Object message) {
                ReferenceCountUtil.release(message);
                handedOn.incrementAndGet();
                for (int i = 0; i < 4; i++) {
                  ctx.writeAndFlush(Unpooled.wrappedBuffer(script.reset(1, 2)));
                }
              }
            });
    for (int i = 0; i < 3; i++) {
      // Within one task of the loop, as when a socket is read.
      channel.pipeline().fireChannelRead(Unpooled.wrappedBuffer(script.windowUpdate(1, 0)));
    }
    assertEquals(1, handedOn.get());
    assertEquals(List.of(Flood.FORCED_RESETS), floods);
    channel.runPendingTasks();
    assertFalse(channel.isActive());
  }

  @Test
  void bodyOfAPeerThatIsNotAcceptedIsNotReadOn() {
    byte[] body = script.data(1, false, new byte[FloodHandler.UNPROVEN_BYTES / 4]);
    send(join(greeting(), script.headers(1, false, ":method", "POST"), body, body, body), 5000);
    assertTrue(channel.config().isAutoRead());
    reads.set(0);
    channel.read();
    assertEquals(1, reads.getAndSet(0));
    send(body, 5000);
    assertFalse(channel.config().isAutoRead());
    channel.read();
    assertEquals(0, reads.get(), "although the codec asks for more");
    channel.writeOutbound(Unpooled.wrappedBuffer(script.headers(1, true, ":status", "200")));
    assertTrue(channel.config().isAutoRead(), "it has been refused, and may ask once more");
    send(join(body, body, body, body), 5000);
    assertFalse(channel.config().isAutoRead());
    channel.writeOutbound(Unpooled.wrappedBuffer(script.headers(3, false, ":status", "200")));
    assertTrue(channel.config().isAutoRead());
    for (int i = 0; i < 100; i++) {
      send(body, 5000);
    }
    assertTrue(channel.config().isAutoRead(), "it is known now");
    assertEquals(List.of(), floods);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 100_000})
  void oneMoreThanTheLimitEndsTheConnectionHoweverBytesAreCut(int step) {
    byte[] flood = join(script.ping(), script.ping(), script.ping(), script.ping());
    send(join(greeting(), flood), step);
    assertEquals(List.of(Flood.PINGS), floods);
    ByteBuf goAway = channel.readOutbound();
    assertEquals(7, goAway.getByte(3));
    assertEquals(11, goAway.getInt(13));
    assertEquals(
        "too_many_pings",
        goAway.toString(17, goAway.readableBytes() - 17, StandardCharsets.US_ASCII));
    assertEquals(goAway.readableBytes() - 9, goAway.getMedium(0));
    goAway.release();
    assertFalse(channel.isActive());
  }

  @Test
  void pingThatFollowsDataOfOursIsFree() {
    send(greeting(), 100);
    for (int i = 0; i < 20; i++) {
      channel.writeOutbound(Unpooled.wrappedBuffer(script.data(1, false, new byte[3])));
      send(script.ping(), 100);
    }
    assertEquals(List.of(), floods);
  }

  @Test
  void answersToOurOwnPingsAreFree() {
    send(greeting(), 100);
    for (int i = 0; i < 300; i++) {
      channel.writeOutbound(Unpooled.wrappedBuffer(script.ping()));
      send(script.pingAck(), 100);
    }
    assertEquals(List.of(), floods);
    for (int i = 0; i < 101; i++) {
      send(script.pingAck(), 100);
    }
    assertEquals(List.of(Flood.ACKNOWLEDGEMENTS), floods);
  }

  @Test
  void resetsThatTheCodecHasToSendCount() {
    send(greeting(), 100);
    for (int i = 0; i < 4; i++) {
      channel.writeOutbound(Unpooled.wrappedBuffer(script.reset(2 * i + 1, 7)));
    }
    channel.runPendingTasks();
    assertEquals(List.of(Flood.FORCED_RESETS), floods);
    assertFalse(channel.isActive());
  }

  @Test
  void paddingAloneIsNothing() {
    send(greeting(), 100);
    for (int i = 0; i < 4; i++) {
      send(new byte[] {0, 0, 3, 0, 0x8, 0, 0, 0, 1, 2, 0, 0}, 100);
    }
    assertEquals(List.of(Flood.EMPTY_DATA), floods);
  }

  @Test
  void peerThatDoesNotGreetIsClosed() {
    channel.runPendingTasks();
    ticker.advance(5, TimeUnit.SECONDS);
    channel.runPendingTasks();
    assertEquals(List.of(Flood.GREETING_TIMEOUT), floods);
    assertFalse(channel.isActive());
  }
}
