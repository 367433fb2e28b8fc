package dev.adit.core.http2.write;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2LifecycleManager;
import io.netty.handler.codec.http2.Http2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The windows that a peer grants us (RFC 9113 5.2). What fits into them may be written at once;
 * what does not waits here, and streams that wait take turns. Confined to the loop of the
 * connection.
 */
public final class SendWindows extends Http2ConnectionAdapter implements Http2RemoteFlowController {
  /** What one stream may send in its turn, and the least that a writable channel is given. */
  private static final int TURN_BYTES = 16 << 10;

  // deps
  private final Http2Connection connection;
  private final FrameBatch batch;
  private final Http2Connection.PropertyKey key;
  private @Nullable Http2LifecycleManager streams;

  // state, confined to the loop
  private final Deque<Sending> waiting = new ArrayDeque<>();
  private @Nullable ChannelHandlerContext context;
  private int streamWindow = Http2CodecUtil.DEFAULT_WINDOW_SIZE;
  private int connectionWindow = Http2CodecUtil.DEFAULT_WINDOW_SIZE;

  /** Of streams whose bytes have never had to wait, which are most; nothing is added to it. */
  private static final Deque<FlowControlled> NONE = new ArrayDeque<>(0);

  /** One stream's sending side; ends the stream if it is asked to hear of its last frame. */
  private final class Sending implements ChannelFutureListener {
    final Http2Stream stream;
    Deque<FlowControlled> frames = NONE;
    int window;
    boolean waits;
    boolean writes;
    boolean over;

    Sending(Http2Stream stream, int window) {
      this.stream = stream;
      this.window = window;
    }

    /** Nothing may be written any more: after our RST_STREAM nothing follows (RFC 9113 5.1). */
    boolean isOver() {
      return over || stream.isResetSent();
    }

    void add(FlowControlled frame) {
      if (frames == NONE) {
        frames = new ArrayDeque<>(2);
      }
      frames.addLast(frame);
    }

    @Override
    public void operationComplete(ChannelFuture left) {
      streams().closeStream(stream, left);
    }
  }

  /**
   * Of a new connection.
   *
   * @param batch what is written and the channel does not know of
   */
  public SendWindows(Http2Connection connection, FrameBatch batch) {
    this.connection = connection;
    this.batch = batch;
    key = connection.newKey();
    connection.addListener(this);
  }

  @Override
  public void onStreamAdded(Http2Stream stream) {
    stream.setProperty(key, new Sending(stream, streamWindow));
  }

  @Override
  public void onStreamActive(Http2Stream stream) {
    of(stream).window = streamWindow;
  }

  @Override
  public void onStreamClosed(Http2Stream stream) {
    end(of(stream), null);
  }

  /** Nothing can be written any more once our side has ended. */
  @Override
  public void onStreamHalfClosed(Http2Stream stream) {
    if (stream.state() == Http2Stream.State.HALF_CLOSED_LOCAL) {
      end(of(stream), null);
    }
  }

  private Sending of(Http2Stream stream) {
    Sending sending = stream.getProperty(key);
    if (sending == null) {
      throw new IllegalStateException("stream " + stream.id() + " was never added");
    }
    return sending;
  }

  /** Set once, before the first frame. */
  void lifecycleManager(Http2LifecycleManager manager) {
    streams = manager;
  }

  /** Who ends streams, and the connection. */
  Http2LifecycleManager streams() {
    Http2LifecycleManager manager = streams;
    if (manager == null) {
      throw new IllegalStateException("the connection is in no pipeline yet");
    }
    return manager;
  }

  /** Closes a stream when the last of it has left, without an object of its own for that. */
  void closeAfter(Http2Stream stream, ChannelFuture left) {
    left.addListener(of(stream));
  }

  @Override
  public void channelHandlerContext(ChannelHandlerContext ctx) {
    context = ctx;
    writePendingBytes();
  }

  @Override
  public ChannelHandlerContext channelHandlerContext() {
    ChannelHandlerContext ctx = context;
    if (ctx == null) {
      throw new IllegalStateException("the connection is in no pipeline yet");
    }
    return ctx;
  }

  @Override
  public int initialWindowSize() {
    return streamWindow;
  }

  /**
   * RFC 9113 6.9.2: a new size moves the window of every stream, below zero perhaps; one that takes
   * any of them too far ends the connection.
   */
  @Override
  public void initialWindowSize(int newWindowSize) throws Http2Exception {
    int delta = newWindowSize - streamWindow;
    streamWindow = newWindowSize;
    connection.forEachActiveStream(
        stream -> {
          Sending sending = of(stream);
          if (isTooWide(sending.window, delta)) {
            throw Http2Exception.connectionError(
                Http2Error.FLOW_CONTROL_ERROR,
                "INITIAL_WINDOW_SIZE takes the window of stream %d past 2^31-1",
                stream.id());
          }
          widen(sending, delta);
          return true;
        });
    writePendingBytes();
  }

  @Override
  public int windowSize(Http2Stream stream) {
    return isWhole(stream) ? connectionWindow : of(stream).window;
  }

  @Override
  public void incrementWindowSize(Http2Stream stream, int delta) throws Http2Exception {
    if (isWhole(stream)) {
      connectionWindow = sum(stream, connectionWindow, delta);
    } else {
      widen(of(stream), delta);
    }
  }

  private void widen(Sending sending, int delta) throws Http2Exception {
    sending.window = sum(sending.stream, sending.window, delta);
    waitIfHeld(sending);
  }

  /** RFC 9113 6.9.1: a window beyond 2^31-1 is an error, of the stream or of the connection. */
  private static int sum(Http2Stream stream, int window, int delta) throws Http2Exception {
    if (isTooWide(window, delta)) {
      throw Http2Exception.streamError(
          stream.id(),
          Http2Error.FLOW_CONTROL_ERROR,
          "the window of stream %d passes 2^31-1",
          stream.id());
    }
    return window + delta;
  }

  private static boolean isTooWide(int window, int delta) {
    return delta > 0 && Integer.MAX_VALUE - delta < window;
  }

  private boolean isWhole(Http2Stream stream) {
    return stream.id() == Http2CodecUtil.CONNECTION_STREAM_ID;
  }

  @Override
  public boolean isWritable(Http2Stream stream) {
    return allowance(of(stream)) > 0;
  }

  @Override
  public boolean hasFlowControlled(Http2Stream stream) {
    return !of(stream).frames.isEmpty();
  }

  @Override
  public void addFlowControlled(Http2Stream stream, FlowControlled frame) {
    Sending sending = of(stream);
    if (sending.over) {
      fail(sending, frame, null);
      return;
    }
    FlowControlled before = sending.frames.peekLast();
    if (before != null && !sending.writes && before.merge(context, frame)) {
      return;
    }
    sending.add(frame);
    if (before == null && !sending.writes && context != null && frame.size() == 0) {
      write(sending, 0);
    }
    waitIfHeld(sending);
  }

  /**
   * Takes window for bytes that are written at once.
   *
   * @return false if they would have to wait, for window or behind others
   */
  boolean take(Http2Stream stream, int bytes) {
    Sending sending = of(stream);
    if (sending.isOver() || !sending.frames.isEmpty() || bytes > allowance(sending)) {
      return false;
    }
    if (bytes > 0 && !waiting.isEmpty()) {
      // The connection's window has just come back, and those that have waited for it go first.
      return false;
    }
    sending.window -= bytes;
    connectionWindow -= bytes;
    return true;
  }

  private void waitIfHeld(Sending sending) {
    if (!sending.waits && sending.window > 0 && !sending.frames.isEmpty() && !sending.isOver()) {
      sending.waits = true;
      waiting.addLast(sending);
    }
  }

  /** Bytes that may be written to this stream now. */
  private int allowance(Sending sending) {
    return Math.min(sending.window, Math.min(connectionWindow, channelBytes()));
  }

  private int channelBytes() {
    ChannelHandlerContext ctx = context;
    if (ctx == null) {
      return 0;
    }
    Channel channel = ctx.channel();
    if (!channel.isWritable()) {
      return 0;
    }
    long free = channel.bytesBeforeUnwritable() - batch.pendingBytes();
    return (int) Math.max(TURN_BYTES, Math.min(Integer.MAX_VALUE, free));
  }

  @Override
  public void writePendingBytes() {
    while (!waiting.isEmpty()) {
      int bytes = Math.min(connectionWindow, channelBytes());
      if (bytes <= 0) {
        return;
      }
      Sending next = waiting.removeFirst();
      next.waits = false;
      write(next, Math.min(TURN_BYTES, bytes));
      waitIfHeld(next);
    }
  }

  /** Writes what is held of one stream, up to this many bytes. */
  private void write(Sending sending, int bytes) {
    ChannelHandlerContext ctx = channelHandlerContext();
    int left = bytes;
    Throwable fault = null;
    sending.writes = true;
    try {
      FlowControlled frame = sending.frames.peekFirst();
      while (frame != null && !sending.isOver()) {
        int before = frame.size();
        int allowed = Math.max(0, Math.min(left, sending.window));
        if (before > 0 && allowed == 0) {
          break;
        }
        frame.write(ctx, allowed);
        int written = before - frame.size();
        left -= written;
        sending.window -= written;
        connectionWindow -= written;
        if (frame.size() > 0) {
          break;
        }
        sending.frames.removeFirst();
        frame.writeComplete();
        frame = sending.frames.peekFirst();
      }
    } catch (RuntimeException e) {
      sending.over = true;
      fault = e;
    } finally {
      sending.writes = false;
    }
    if (sending.over) {
      end(sending, fault);
    }
  }

  private void end(Sending sending, @Nullable Throwable cause) {
    sending.over = true;
    if (sending.writes) {
      // Its frame is in use; the end comes when it is not.
      return;
    }
    FlowControlled frame = sending.frames.pollFirst();
    while (frame != null) {
      fail(sending, frame, cause);
      frame = sending.frames.pollFirst();
    }
  }

  private void fail(Sending sending, FlowControlled frame, @Nullable Throwable cause) {
    Http2Error error = cause == null ? Http2Error.STREAM_CLOSED : Http2Error.INTERNAL_ERROR;
    frame.error(
        context,
        Http2Exception.streamError(
            sending.stream.id(),
            error,
            cause,
            "stream %d is over and has bytes left",
            sending.stream.id()));
  }

  @Override
  public void channelWritabilityChanged() {
    // The codec flushes then, and with that writes what waits.
  }

  @Override
  public void listener(Http2RemoteFlowController.@Nullable Listener listener) {
    throw new UnsupportedOperationException("nobody listens");
  }

  /** Priorities are not followed (RFC 9113 5.3). */
  @Override
  public void updateDependencyTree(int child, int parent, short weight, boolean exclusive) {}
}
