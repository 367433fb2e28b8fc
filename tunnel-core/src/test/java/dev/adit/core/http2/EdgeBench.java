package dev.adit.core.http2;

import dev.adit.core.http2.flood.ConnectionLimits;
import dev.adit.core.http2.flood.Flood;
import dev.adit.core.http2.flood.FloodLimits;
import dev.adit.testing.http2.Http2Script;
import dev.adit.testing.http2.Http2Script.Seen;
import dev.adit.testing.tunnel.HandLoop;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** An edge without a network: what the peer sends is written by hand, and so is time. */
final class EdgeBench implements AutoCloseable {
  /** The plainest of edges. */
  static final class Edge extends EdgeHandler {
    Edge(Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
      super(decoder, encoder, settings);
    }
  }

  final Http2Script script = new Http2Script();
  final EmbeddedChannel channel;
  final HandLoop hand;

  /**
   * @param handlers of the connection, the edge the last of them
   */
  EdgeBench(ChannelHandler... handlers) {
    MockTicker ticker = Ticker.newMockTicker();
    channel = EmbeddedChannel.builder().ticker(ticker).handlers(handlers).build();
    hand = new HandLoop(channel, ticker);
  }

  /** The side that accepts. */
  static Edge accepting(Http2Settings settings, FloodLimits limits, Consumer<Flood> onFlood) {
    return EdgeBuilder.server(
        settings.maxHeaderListSize(8192),
        new ConnectionLimits(Duration.ofSeconds(5), 1, 1, limits),
        onFlood,
        new Http2FrameAdapter(),
        Edge::new);
  }

  /** The side that dials. */
  static Edge dialling() {
    return EdgeBuilder.client(
        Http2Settings.defaultSettings().maxHeaderListSize(8192),
        new Http2FrameAdapter(),
        Edge::new);
  }

  /** The peer says what a client says first. */
  void begin() {
    send(Http2Script.PREFACE.getBytes(StandardCharsets.US_ASCII));
    send(script.settings());
    send(script.settingsAck());
    read();
  }

  /** What the peer sends. */
  void send(byte[] bytes) {
    hand.run(
        () ->
            channel
                .pipeline()
                .fireChannelRead(Unpooled.copiedBuffer(bytes))
                .fireChannelReadComplete());
  }

  /** What has been sent to the peer since the last time. */
  List<Seen> read() {
    int before = script.seen().size();
    for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
      script.read(ByteBufUtil.getBytes(out));
      out.release();
    }
    return script.seen().subList(before, script.seen().size());
  }

  @Override
  public void close() {
    channel.finishAndReleaseAll();
    script.close();
  }
}
