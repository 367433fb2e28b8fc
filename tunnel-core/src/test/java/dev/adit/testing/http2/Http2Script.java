package dev.adit.testing.http2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.DefaultHttp2FrameReader;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.ReadOnlyHttp2Headers;
import io.netty.util.AsciiString;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Frames as bytes, both ways: makes whatever it is told to, and writes down what it reads. Knows no
 * state of streams.
 */
public final class Http2Script {
  /** What a client says first. */
  public static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int RST_STREAM = 3;
  private static final int SETTINGS = 4;
  private static final int PING = 6;
  private static final int GOAWAY = 7;
  private static final int WINDOW_UPDATE = 8;
  private static final int CONTINUATION = 9;
  private static final int FRAME_HEAD_BYTES = 9;
  private static final int END_STREAM = 0x1;
  private static final int END_HEADERS = 0x4;
  private static final int ACK = 0x1;

  /** One frame that was read; {@code text} is headers as "name: value" or a body. */
  public record Seen(String type, int stream, boolean last, long number, List<String> text) {
    /** The first value of a header. */
    public String header(String name) {
      return text.stream()
          .filter(line -> line.startsWith(name + ": "))
          .map(line -> line.substring(name.length() + 2))
          .findFirst()
          .orElse("(none)");
    }

    @Override
    public String toString() {
      return type + " " + stream + (last ? " last " : " ") + number + " " + text;
    }
  }

  private final DefaultHttp2HeadersEncoder headersEncoder = new DefaultHttp2HeadersEncoder();
  private final DefaultHttp2FrameReader reader =
      new DefaultHttp2FrameReader(new DefaultHttp2HeadersDecoder(false, 1 << 20));
  private final ContextKeeper keeper = new ContextKeeper();
  private final EmbeddedChannel codec = new EmbeddedChannel(keeper);
  private final ByteBuf incoming = Unpooled.buffer();
  private final List<Seen> seen = new ArrayList<>();

  /** Reads bytes as frames. */
  public List<Seen> read(byte[] bytes) {
    incoming.writeBytes(bytes);
    int before = seen.size();
    try {
      reader.readFrame(keeper.context(), incoming, new Recorder());
    } catch (Http2Exception e) {
      throw new AssertionError("not HTTP/2: " + ByteBufUtil.hexDump(bytes), e);
    }
    incoming.discardReadBytes();
    return List.copyOf(seen.subList(before, seen.size()));
  }

  /** Frames read so far. */
  public List<Seen> seen() {
    return List.copyOf(seen);
  }

  /** A header list, as name, value, name, value; the order is kept, whatever it is. */
  public byte[] headers(int stream, boolean last, String... fields) {
    ByteBuf block = Unpooled.buffer();
    AsciiString[] rest = new AsciiString[fields.length];
    for (int i = 0; i < fields.length; i++) {
      rest[i] = new AsciiString(fields[i]);
    }
    try {
      headersEncoder.encodeHeaders(stream, ReadOnlyHttp2Headers.trailers(false, rest), block);
    } catch (Http2Exception e) {
      throw new AssertionError(e);
    }
    return frame(
        HEADERS, (last ? END_STREAM : 0) | END_HEADERS, stream, ByteBufUtil.getBytes(block));
  }

  /**
   * The same in HEADERS and CONTINUATION frames.
   *
   * @param piece bytes of each, at most
   */
  public byte[] headers(int stream, boolean last, int piece, String... fields) {
    byte[] whole = headers(stream, last, fields);
    ByteArrayOutputStream pieces = new ByteArrayOutputStream();
    for (int at = FRAME_HEAD_BYTES; at < whole.length; at += piece) {
      int end = Math.min(whole.length, at + piece);
      int flags = (end == whole.length ? END_HEADERS : 0);
      int type = at == FRAME_HEAD_BYTES ? HEADERS : CONTINUATION;
      int atFirst = at == FRAME_HEAD_BYTES && last ? END_STREAM : 0;
      pieces.writeBytes(frame(type, flags | atFirst, stream, Arrays.copyOfRange(whole, at, end)));
    }
    return pieces.toByteArray();
  }

  public byte[] data(int stream, boolean last, byte[] body) {
    return frame(DATA, last ? END_STREAM : 0, stream, body);
  }

  public byte[] data(int stream, boolean last, String body) {
    return data(stream, last, body.getBytes(StandardCharsets.ISO_8859_1));
  }

  public byte[] reset(int stream, int code) {
    return frame(RST_STREAM, 0, stream, number(code));
  }

  public byte[] windowUpdate(int stream, int bytes) {
    return frame(WINDOW_UPDATE, 0, stream, number(bytes));
  }

  public byte[] ping() {
    return frame(PING, 0, 0, new byte[8]);
  }

  public byte[] pingAck() {
    return frame(PING, ACK, 0, new byte[8]);
  }

  public byte[] goAway(int lastStream, int code) {
    return frame(
        GOAWAY, 0, 0, ByteBufUtil.getBytes(Unpooled.buffer().writeInt(lastStream).writeInt(code)));
  }

  /** Settings as identifier, value, identifier, value. */
  public byte[] settings(int... pairs) {
    ByteBuf body = Unpooled.buffer();
    for (int i = 0; i < pairs.length; i += 2) {
      body.writeShort(pairs[i]).writeInt(pairs[i + 1]);
    }
    return frame(SETTINGS, 0, 0, ByteBufUtil.getBytes(body));
  }

  public byte[] settingsAck() {
    return frame(SETTINGS, ACK, 0, new byte[0]);
  }

  private static byte[] number(int value) {
    return ByteBufUtil.getBytes(Unpooled.buffer().writeInt(value));
  }

  /** Any frame, sound or not. */
  public static byte[] frame(int type, int flags, int stream, byte[] body) {
    ByteBuf frame = Unpooled.buffer();
    frame.writeMedium(body.length).writeByte(type).writeByte(flags).writeInt(stream);
    return ByteBufUtil.getBytes(frame.writeBytes(body));
  }

  /** Frees what the codec holds. */
  public void close() {
    reader.close();
    codec.close();
  }

  private static final class ContextKeeper extends ChannelInboundHandlerAdapter {
    private final List<ChannelHandlerContext> contexts = new ArrayList<>();

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
      contexts.add(ctx);
    }

    ChannelHandlerContext context() {
      return contexts.get(0);
    }
  }

  private final class Recorder extends Http2FrameAdapter {
    private void saw(String type, int stream, boolean last, long number, List<String> text) {
      seen.add(new Seen(type, stream, last, number, text));
    }

    @Override
    public int onDataRead(
        ChannelHandlerContext ctx, int stream, ByteBuf data, int padding, boolean last) {
      saw(
          "data",
          stream,
          last,
          data.readableBytes(),
          List.of(data.toString(StandardCharsets.ISO_8859_1)));
      return data.readableBytes() + padding;
    }

    @Override
    public void onHeadersRead(
        ChannelHandlerContext ctx, int stream, Http2Headers headers, int padding, boolean last) {
      List<String> lines = new ArrayList<>();
      for (Map.Entry<CharSequence, CharSequence> field : headers) {
        lines.add(field.getKey() + ": " + field.getValue());
      }
      saw("headers", stream, last, 0, lines);
    }

    @Override
    public void onHeadersRead(
        ChannelHandlerContext ctx,
        int stream,
        Http2Headers headers,
        int dependency,
        short weight,
        boolean exclusive,
        int padding,
        boolean last) {
      onHeadersRead(ctx, stream, headers, padding, last);
    }

    @Override
    public void onRstStreamRead(ChannelHandlerContext ctx, int stream, long code) {
      saw("reset", stream, true, code, List.of());
    }

    @Override
    public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings settings) {
      saw("settings", 0, false, 0, List.of(settings.toString()));
    }

    @Override
    public void onSettingsAckRead(ChannelHandlerContext ctx) {
      saw("settings ack", 0, false, 0, List.of());
    }

    @Override
    public void onPingRead(ChannelHandlerContext ctx, long data) {
      saw("ping", 0, false, data, List.of());
    }

    @Override
    public void onPingAckRead(ChannelHandlerContext ctx, long data) {
      saw("ping ack", 0, false, data, List.of());
    }

    @Override
    public void onGoAwayRead(ChannelHandlerContext ctx, int lastStream, long code, ByteBuf debug) {
      saw("goaway", lastStream, false, code, List.of(debug.toString(StandardCharsets.ISO_8859_1)));
    }

    @Override
    public void onWindowUpdateRead(ChannelHandlerContext ctx, int stream, int bytes) {
      saw("window", stream, false, bytes, List.of());
    }
  }
}
