package dev.adit.testing.http2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.http2.EdgeBuilder;
import dev.adit.core.http2.EdgeHandler;
import dev.adit.core.http2.Http2HeaderFields;
import dev.adit.core.http2.flood.ConnectionLimits;
import dev.adit.core.http2.flood.Flood;
import dev.adit.core.http2.flood.FloodLimits;
import dev.adit.core.http2.read.EdgeListener;
import dev.adit.core.http2.read.ReceiveWindows;
import dev.adit.core.http2.write.BatchEncoder;
import dev.adit.testing.http2.Http2Script.Seen;
import dev.adit.testing.tunnel.HandLoop;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.concurrent.MockTicker;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** An edge without a network: what the peer sends is written by hand, and so is time. */
public final class EdgeBench implements AutoCloseable {
  /** Where the dialling side asks by HEAD. */
  public static final int HEAD_STREAM = 3;

  /** The plainest of edges. */
  public static final class Edge extends EdgeHandler {
    Edge(Http2ConnectionDecoder decoder, BatchEncoder encoder, Http2Settings settings) {
      super(decoder, encoder, settings);
    }
  }

  /** Writes down what it is told, and has no use for bodies. */
  private static final class Reader implements EdgeListener {
    private final List<String> told;

    Reader(List<String> told) {
      this.told = told;
    }

    @Override
    public void onHeaders(Http2Stream stream, Http2Headers headers, boolean last) {
      StringBuilder list = new StringBuilder("headers " + stream.id());
      headers.forEach(
          field -> list.append(' ').append(field.getKey()).append('=').append(field.getValue()));
      told.add(list + (isCut(headers) ? " cut" : "") + (last ? " last" : ""));
    }

    @Override
    public int onChunk(Http2Stream stream, ByteBuf data, boolean last) {
      String text = data.toString(StandardCharsets.ISO_8859_1);
      told.add("chunk " + stream.id() + " " + text + (last ? " last" : ""));
      return data.readableBytes();
    }

    @Override
    public boolean answersHead(Http2Stream stream) {
      return stream.id() == HEAD_STREAM;
    }

    @Override
    public void onReset(Http2Stream stream, long code) {
      told.add("reset " + stream.id() + " " + code);
    }

    @Override
    public boolean isCut(Http2Headers headers) {
      return ((Http2HeaderFields) headers).isCut();
    }

    @Override
    public void onSettings() {
      told.add("settings");
    }

    @Override
    public void onGoAway(int lastStreamId, long code) {
      told.add("goaway " + lastStreamId + " " + code);
    }
  }

  public final Http2Script script = new Http2Script();
  public final EmbeddedChannel channel;
  public final HandLoop hand;

  /**
   * @param handlers of the connection, the edge the last of them
   */
  public EdgeBench(ChannelHandler... handlers) {
    MockTicker ticker = HandLoop.newTicker();
    channel = EmbeddedChannel.builder().ticker(ticker).handlers(handlers).build();
    hand = new HandLoop(channel, ticker);
  }

  /** The side that accepts. */
  public static Edge accepting(
      Http2Settings settings, FloodLimits limits, Consumer<Flood> onFlood) {
    return accepting(settings, limits, onFlood, new ArrayList<>());
  }

  /**
   * The side that accepts.
   *
   * @param told what its listener is told
   */
  public static Edge accepting(
      Http2Settings settings, FloodLimits limits, Consumer<Flood> onFlood, List<String> told) {
    return EdgeBuilder.server(
        settings.maxHeaderListSize(8192),
        windows(settings),
        new ConnectionLimits(Duration.ofSeconds(5), 1, 1, limits),
        onFlood,
        new Reader(told),
        Edge::new);
  }

  /** The side that dials. */
  public static Edge dialling() {
    return dialling(new ArrayList<>());
  }

  /**
   * The side that dials.
   *
   * @param told what its listener is told
   */
  public static Edge dialling(List<String> told) {
    return EdgeBuilder.client(
        Http2Settings.defaultSettings().maxHeaderListSize(8192),
        windows(Http2Settings.defaultSettings()),
        new Reader(told),
        Edge::new);
  }

  private static ReceiveWindows.Sizes windows(Http2Settings settings) {
    Integer bytes = settings.initialWindowSize();
    return ReceiveWindows.Sizes.fixed(bytes == null ? Http2CodecUtil.DEFAULT_WINDOW_SIZE : bytes);
  }

  /** The peer says what a client says first. */
  public void begin() {
    send(Http2Script.PREFACE.getBytes(StandardCharsets.US_ASCII));
    send(script.settings());
    send(script.settingsAck());
    read();
  }

  /** What the peer sends. */
  public void send(byte[] bytes) {
    hand.run(
        () ->
            channel
                .pipeline()
                .fireChannelRead(Unpooled.copiedBuffer(bytes))
                .fireChannelReadComplete());
  }

  /** What has been sent to the peer since the last time. */
  public List<Seen> read() {
    int before = script.seen().size();
    for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
      script.read(ByteBufUtil.getBytes(out));
      out.release();
    }
    return script.seen().subList(before, script.seen().size());
  }

  /** The one thing that was sent is a reset, and the connection lives. */
  public void assertReset(int stream, int code) {
    List<Seen> seen = read();
    assertEquals(1, seen.size(), seen::toString);
    assertEquals("reset", seen.get(0).type());
    assertEquals(stream, seen.get(0).stream());
    assertEquals(code, seen.get(0).number());
    assertTrue(channel.isActive());
  }

  /** The last thing that was sent is GOAWAY, and the connection is closed. */
  public void assertEnded(int code) {
    hand.advance(Duration.ofMillis(1));
    List<Seen> seen = read();
    Seen end = seen.get(seen.size() - 1);
    assertEquals("goaway", end.type());
    assertEquals(code, end.number(), end::toString);
    assertFalse(channel.isActive());
  }

  @Override
  public void close() {
    channel.finishAndReleaseAll();
    script.close();
  }
}
