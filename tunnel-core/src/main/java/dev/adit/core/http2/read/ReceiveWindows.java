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
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The windows that we grant the peer (RFC 9113 5.2, 6.9). A stream's is given back as its bytes
 * move on, half of it at a time, and grows while they do; the connection's by itself, so that no
 * stream holds up another. Confined to the loop of the connection.
 */
public final class ReceiveWindows extends Http2ConnectionAdapter
    implements Http2LocalFlowController {
  /**
   * What a peer may send on one stream before it moves on.
   *
   * @param initial bytes, at first; the credit that a call starts with on the tunnel
   * @param grown bytes, once the far end has taken some of them and granted more; at least {@code
   *     initial}
   * @param tight asked on the loop: so little memory is left that no stream has more than at first
   */
  public record Sizes(int initial, int grown, BooleanSupplier tight) {
    /** Windows that stay as they are. */
    public static Sizes fixed(int bytes) {
      return new Sizes(bytes, bytes, () -> false);
    }
  }

  // deps
  private final Sizes sizes;
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

    /** What has moved on, as far as it matters. */
    int moved;

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
  public ReceiveWindows(Http2Connection connection, Sizes sizes) {
    this.connection = connection;
    this.sizes = sizes;
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
    if (window == null || bytes == 0 || isOver(stream)) {
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
    if (window.moved <= sizes.initial()) {
      window.moved += bytes;
    }
    if (window.due() > 0) {
      resize(window);
    }
    return giveBack(stream.id(), window);
  }

  /** Nobody waits for more of it, and after our RST_STREAM nothing follows (RFC 9113 5.1). */
  private static boolean isOver(Http2Stream stream) {
    return stream.isResetSent() || stream.state() == Http2Stream.State.CLOSED;
  }

  /**
   * Grows the window of a stream whose peer may be waiting for it: more has moved on than the call
   * had credit for at first, so there is more now, and nothing waits for it here.
   */
  private void resize(Window window) {
    if (window.full > initialWindow && sizes.tight().getAsBoolean()) {
      window.full = initialWindow;
    } else if (window.full < sizes.grown()
        && window.moved > sizes.initial()
        && window.free == window.left
        && !sizes.tight().getAsBoolean()) {
      window.full = sizes.grown();
    }
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
