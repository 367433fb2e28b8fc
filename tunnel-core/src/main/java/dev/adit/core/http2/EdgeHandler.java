package dev.adit.core.http2;

import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.http2.flood.Flood;
import dev.adit.core.http2.flood.FloodGuard;
import dev.adit.core.http2.read.EndedStreams;
import dev.adit.core.http2.turn.TurnShare;
import dev.adit.core.http2.write.BatchEncoder;
import dev.adit.core.http2.write.FrameBatch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One HTTP/2 connection at an edge of Adit, to a caller or to a backend. Confined to the event loop
 * of its channel.
 *
 * <p>Nothing that is written leaves at once: the first write of a loop turn puts one flush task on
 * the loop, which runs after every ready socket has been read. That is one buffer and one system
 * call a connection and turn, the largest saving of all (docs/design-decisions.md).
 */
public abstract class EdgeHandler extends Http2ConnectionHandler {
  /** Large, and refilled by itself: only stream windows hold a peer back. */
  private static final int CONNECTION_WINDOW_BYTES = 8 << 20;

  private static final long PING_PAYLOAD = 0x41646974;

  private static final HeaderFields NO_FIELDS = new HeaderFields();

  private static final Logger log = LoggerFactory.getLogger(EdgeHandler.class);

  // deps
  private final BatchEncoder sending;
  private final Runnable flushTask = this::flushNow;

  // state, confined to the loop
  private @Nullable ChannelHandlerContext context;
  private boolean flushScheduled;
  private boolean windowRaised;
  private @Nullable FrameBatch batch;
  private @Nullable FloodGuard guard;
  private @Nullable TurnShare share;
  private @Nullable EndedStreams ended;

  /** For the next list of a response; null: it is being written. */
  private @Nullable Http2HeaderFields list = new Http2HeaderFields();

  protected EdgeHandler(
      Http2ConnectionDecoder decoder, BatchEncoder encoder, Http2Settings settings) {
    super(decoder, encoder, settings, true);
    sending = encoder;
  }

  /** Set once, before the handler is in a pipeline. */
  final void attach(
      FrameBatch frames,
      @Nullable FloodGuard floods,
      @Nullable TurnShare turns,
      @Nullable EndedStreams streams) {
    batch = frames;
    guard = floods;
    share = turns;
    ended = streams;
  }

  /** Whether the peer has sent its SETTINGS, as every peer does first. */
  public final boolean isGreeted() {
    return guard != null && guard.isGreeted();
  }

  /** Ends the connection for a flood that the edge itself has noticed. */
  protected final void onFlood(Flood limit) throws Http2Exception {
    if (guard != null) {
      guard.check(false, limit);
    }
  }

  /**
   * Each stream that has to be reset for the peer's fault counts, whatever the code. Body bytes
   * that are left when a stream is over, whoever ended it, are nobody's.
   */
  @Override
  protected void onStreamError(
      ChannelHandlerContext ctx,
      boolean outbound,
      Throwable cause,
      Http2Exception.StreamException fault) {
    if (outbound) {
      if (isOpen(connection().stream(fault.streamId()))) {
        super.onStreamError(ctx, true, cause, fault);
      }
      return;
    }
    if (ended != null) {
      ended.onRefused(fault.streamId());
    }
    try {
      if (guard != null) {
        guard.onForcedReset(ctx.executor().ticker().nanoTime());
      }
      super.onStreamError(ctx, false, cause, fault);
    } catch (Http2Exception flood) {
      onConnectionError(ctx, false, flood, flood);
      requestFlush();
    }
  }

  private static boolean isOpen(@Nullable Http2Stream stream) {
    return stream != null && !stream.isResetSent() && stream.state() != Http2Stream.State.CLOSED;
  }

  /** The same as Netty does, without an object for each stream. */
  @Override
  public void closeStream(Http2Stream stream, ChannelFuture future) {
    if (future.isDone()) {
      super.closeStream(stream, future);
    } else {
      sending.closeAfter(stream, future);
    }
  }

  /** Every RST_STREAM of ours passes here. */
  @Override
  public ChannelFuture resetStream(
      ChannelHandlerContext ctx, int streamId, long errorCode, ChannelPromise promise) {
    Http2Stream stream = connection().stream(streamId);
    if (stream != null && ended != null) {
      ended.onReset(stream);
    }
    return super.resetStream(ctx, streamId, errorCode, promise);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
    context = ctx;
    ctx.pipeline().addBefore(ctx.name(), null, batch);
    if (share != null) {
      ctx.pipeline().addBefore(ctx.name(), null, share);
    }
    super.handlerAdded(ctx);
    raiseConnectionWindow(ctx);
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) throws Exception {
    super.channelActive(ctx);
    raiseConnectionWindow(ctx);
  }

  private void raiseConnectionWindow(ChannelHandlerContext ctx) throws Http2Exception {
    if (windowRaised || !ctx.channel().isActive()) {
      return;
    }
    windowRaised = true;
    Http2Stream whole = connection().connectionStream();
    int now = connection().local().flowController().windowSize(whole);
    connection().local().flowController().incrementWindowSize(whole, CONNECTION_WINDOW_BYTES - now);
    requestFlush();
  }

  protected final ChannelHandlerContext context() {
    ChannelHandlerContext ctx = context;
    if (ctx == null) {
      throw new IllegalStateException("the handler is in no pipeline yet");
    }
    return ctx;
  }

  /** Whether the handler is in a pipeline. */
  protected final boolean hasContext() {
    return context != null;
  }

  /** What is no fault of the peer's is one of ours, and must not pass unseen. */
  @Override
  protected void onConnectionError(
      ChannelHandlerContext ctx,
      boolean outbound,
      Throwable cause,
      @Nullable Http2Exception http2Exception) {
    if (http2Exception == null && !(cause instanceof IOException)) {
      log.error("connection with {} ends by a fault of ours", ctx.channel().remoteAddress(), cause);
    }
    try {
      super.onConnectionError(ctx, outbound, cause, http2Exception);
    } catch (RuntimeException | LinkageError | VirtualMachineError e) {
      // Not even GOAWAY can be written, as where memory is out: and a body that lacks bytes would
      // go on as soon as there is some.
      log.error("connection with {} ends without a word", ctx.channel().remoteAddress(), e);
      ctx.close();
    }
  }

  /** The loop that this connection and its calls live on. */
  public final EventLoop loop() {
    return context().channel().eventLoop();
  }

  /** A peer that goes away without a word, or cannot speak TLS, is its own affair: no alarm. */
  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) throws Exception {
    if (cause instanceof IOException || cause.getCause() instanceof IOException) {
      log.debug("{}: {}", ctx.channel().remoteAddress(), cause.toString());
      ctx.close();
      return;
    }
    super.exceptionCaught(ctx, cause);
  }

  /**
   * Netty asks for this after each read; it waits for the end of the loop turn like every other
   * flush.
   */
  @Override
  public final void flush(ChannelHandlerContext ctx) {
    requestFlush();
  }

  /** Makes what was written leave at the end of this loop turn. */
  public final void requestFlush() {
    if (!flushScheduled) {
      flushScheduled = true;
      loop().execute(flushTask);
    }
  }

  private void flushNow() {
    flushScheduled = false;
    ChannelHandlerContext ctx = context();
    if (!ctx.isRemoved()) {
      super.flush(ctx);
    }
  }

  /**
   * Writes the head of a response, as {@link #writeFields} does.
   *
   * @param written as there
   */
  public final void writeHead(
      int streamId, ResponseHead head, boolean last, @Nullable ChannelFutureListener written) {
    Http2HeaderFields shown = takeList();
    writeFields(streamId, shown.show(head), last, written);
    list = shown.show(NO_FIELDS);
  }

  /**
   * Writes the trailers of a response, as {@link #writeFields} does.
   *
   * @param written as there
   */
  public final void writeTrailers(
      int streamId, HeaderFields trailers, @Nullable ChannelFutureListener written) {
    Http2HeaderFields shown = takeList();
    writeFields(streamId, shown.show(trailers), true, written);
    list = shown.show(NO_FIELDS);
  }

  private Http2HeaderFields takeList() {
    Http2HeaderFields taken = list == null ? new Http2HeaderFields() : list;
    list = null;
    return taken;
  }

  /**
   * Writes a head, or trailers where {@code last} is true. A failed write ends the stream by
   * itself.
   *
   * @param fields borrowed; what they share is not to be changed any more
   * @param written told when they are in the socket, or never will be; null if nobody asks
   */
  public final void writeFields(
      int streamId,
      Http2HeaderFields fields,
      boolean last,
      @Nullable ChannelFutureListener written) {
    Http2Stream stream = connection().stream(streamId);
    if (stream != null && stream.isResetSent()) {
      // Nothing follows our RST_STREAM (RFC 9113 5.1).
      if (written != null) {
        context().newFailedFuture(new ClosedChannelException()).addListener(written);
      }
      return;
    }
    if (guard != null) {
      guard.onHeadersSent();
    }
    try {
      sending.writeFields(context(), streamId, fields, last, written);
    } catch (RuntimeException | LinkageError | VirtualMachineError e) {
      onWriteFault(e);
    }
    requestFlush();
  }

  /**
   * What was to be written is missing on this connection, so it ends; whoever wrote, such as a
   * tunnel with the calls of others, need not.
   */
  private void onWriteFault(Throwable fault) {
    onError(context(), true, fault);
  }

  /**
   * Writes body bytes; they wait in the connection until the peer's windows let them go.
   *
   * @param data ownership passes to this method
   * @param written told when the bytes are in the socket, or never will be; null if nobody asks
   */
  public final void writeChunk(
      int streamId, ByteBuf data, boolean last, @Nullable ChannelFutureListener written) {
    try {
      sending.writeChunk(context(), streamId, data, last, written);
    } catch (RuntimeException | LinkageError | VirtualMachineError e) {
      onWriteFault(e);
    }
    requestFlush();
  }

  /** Asks the peer for a sign of life. */
  public final void writePing() {
    if (guard != null) {
      guard.onAsked();
    }
    encoder().writePing(context(), false, PING_PAYLOAD, context().newPromise());
    requestFlush();
  }

  /** Whether body bytes of this stream wait for the peer's window. */
  public final boolean hasUnsentChunks(Http2Stream stream) {
    return encoder().flowController().hasFlowControlled(stream);
  }

  /** Where buffers for this connection come from. */
  public final ByteBufAllocator allocator() {
    return context().alloc();
  }

  /** Ends a stream by RST_STREAM. A stream that is gone stays gone. */
  public final void writeReset(int streamId, long http2Code) {
    ChannelHandlerContext ctx = context();
    if (connection().stream(streamId) != null) {
      try {
        encoder().writeRstStream(ctx, streamId, http2Code, ctx.newPromise());
      } catch (RuntimeException | LinkageError | VirtualMachineError e) {
        onWriteFault(e);
      }
      requestFlush();
    }
  }

  /** Gives stream window back to the peer for bytes that have moved on. */
  public final void consume(Http2Stream stream, int bytes) {
    try {
      if (connection().local().flowController().consumeBytes(stream, bytes)) {
        requestFlush();
      }
    } catch (Http2Exception | RuntimeException | LinkageError | VirtualMachineError e) {
      onError(context(), true, e);
    }
  }
}
