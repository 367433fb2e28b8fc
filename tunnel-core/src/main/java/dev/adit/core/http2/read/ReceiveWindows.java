package dev.adit.core.http2.read;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameWriter;
import io.netty.handler.codec.http2.Http2LocalFlowController;
import io.netty.handler.codec.http2.Http2Stream;
import org.jspecify.annotations.Nullable;

/**
 * The windows that we grant the peer (RFC 9113 5.2, 6.9). A stream's is given back as its bytes
 * move on, half of it at a time; the connection's by itself, so that no stream holds up another.
 * Confined to the loop of the connection.
 */
public final class ReceiveWindows extends Http2ConnectionAdapter
    implements Http2LocalFlowController {
  // deps
  private final Http2Connection.PropertyKey key;
  private final Http2Connection connection;
  private final Window whole = new Window(Http2CodecUtil.DEFAULT_WINDOW_SIZE);
  private @Nullable Http2FrameWriter writer;

  // state, confined to the loop
  private @Nullable ChannelHandlerContext context;
  private int initialWindow = Http2CodecUtil.DEFAULT_WINDOW_SIZE;

  /** One stream's, or the connection's; bytes. */
  private static final class Window {
    /** What the window is filled up to. */
    int full;

    /** What the peer may still send. */
    int left;

    /** What it could, if all that has moved on were given back. */
    int free;

    /** Below zero after our SETTINGS have taken from it what the peer had sent already. */
    int least;

    /** The peer will send no more. */
    boolean ended;

    Window(int bytes) {
      full = bytes;
      left = bytes;
      free = bytes;
    }

    /** What to give back now: nothing, or half a window and more. */
    int due() {
      return ended || free > full / 2 ? 0 : full - free;
    }

    void move(int bytes) {
      left += bytes;
      free += bytes;
      least = Math.min(bytes, 0);
    }
  }

  /** Of a new connection. */
  public ReceiveWindows(Http2Connection connection) {
    this.connection = connection;
    key = connection.newKey();
    connection.addListener(this);
  }

  @Override
  public ReceiveWindows frameWriter(Http2FrameWriter frameWriter) {
    writer = frameWriter;
    return this;
  }

  @Override
  public void channelHandlerContext(ChannelHandlerContext ctx) {
    context = ctx;
  }

  /** Not before: SETTINGS may have changed since the stream was made. */
  @Override
  public void onStreamActive(Http2Stream stream) {
    stream.setProperty(key, new Window(initialWindow));
  }

  /** Null: the stream is not open. */
  private @Nullable Window of(Http2Stream stream) {
    return stream.id() == Http2CodecUtil.CONNECTION_STREAM_ID ? whole : stream.getProperty(key);
  }

  @Override
  public int initialWindowSize() {
    return initialWindow;
  }

  /** RFC 9113 6.9.2: a new size moves every stream's window, below zero perhaps. */
  @Override
  public void initialWindowSize(int newWindowSize) throws Http2Exception {
    int delta = newWindowSize - initialWindow;
    initialWindow = newWindowSize;
    connection.forEachActiveStream(
        stream -> {
          Window window = of(stream);
          if (window != null) {
            window.full += delta;
            window.move(delta);
          }
          return true;
        });
  }

  @Override
  public int initialWindowSize(Http2Stream stream) {
    Window window = of(stream);
    return window == null ? 0 : window.full;
  }

  @Override
  public int windowSize(Http2Stream stream) {
    Window window = of(stream);
    return window == null ? 0 : window.left;
  }

  @Override
  public int unconsumedBytes(Http2Stream stream) {
    Window window = of(stream);
    return window == null ? 0 : window.free - window.left;
  }

  /** Makes a window larger, for good; the peer hears of it once half of it is due. */
  @Override
  public void incrementWindowSize(Http2Stream stream, int delta) {
    Window window = of(stream);
    if (window != null) {
      window.full = (int) Math.min(Integer.MAX_VALUE, window.full + (long) delta);
      giveBack(stream.id(), window);
    }
  }

  @Override
  public void receiveFlowControlledFrame(
      @Nullable Http2Stream stream, ByteBuf data, int padding, boolean last) throws Http2Exception {
    receive(stream, data.readableBytes() + padding, last);
  }

  /**
   * Bytes of DATA have come, padding included.
   *
   * @param stream null: one that is over
   */
  void receive(@Nullable Http2Stream stream, int bytes, boolean last) throws Http2Exception {
    take(Http2CodecUtil.CONNECTION_STREAM_ID, whole, bytes);
    whole.free -= bytes;
    giveBack(Http2CodecUtil.CONNECTION_STREAM_ID, whole);
    Window window = stream == null ? null : of(stream);
    if (stream != null && window != null) {
      window.ended = last;
      take(stream.id(), window, bytes);
    }
  }

  private static void take(int streamId, Window window, int bytes) throws Http2Exception {
    window.left -= bytes;
    if (window.left < window.least) {
      throw Http2Exception.streamError(
          streamId,
          Http2Error.FLOW_CONTROL_ERROR,
          "%d bytes beyond the window of stream %d",
          window.least - window.left,
          streamId);
    }
  }

  @Override
  public boolean consumeBytes(Http2Stream stream, int bytes) throws Http2Exception {
    Window window = of(stream);
    if (window == null || bytes == 0 || stream.state() == Http2Stream.State.CLOSED) {
      return false;
    }
    if (window.free - bytes < window.left) {
      throw Http2Exception.streamError(
          stream.id(),
          Http2Error.INTERNAL_ERROR,
          "%d bytes of stream %d given back, of %d",
          bytes,
          stream.id(),
          window.free - window.left);
    }
    window.free -= bytes;
    return giveBack(stream.id(), window);
  }

  private boolean giveBack(int streamId, Window window) {
    int bytes = window.due();
    ChannelHandlerContext ctx = context;
    if (bytes <= 0 || ctx == null || writer == null) {
      return false;
    }
    window.move(bytes);
    writer.writeWindowUpdate(ctx, streamId, bytes, ctx.newPromise());
    return true;
  }
}
