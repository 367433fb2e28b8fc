package dev.adit.core.http2.flood;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DefaultHttp2FrameReader;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2FrameTypes;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Settings;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Reads the frames of a server's connection and shows a guard each of them before the codec does
 * anything for it. A header list that takes too long ends the connection, however it is cut. Used
 * by one connection; confined to its loop.
 */
public class GuardedReader extends DefaultHttp2FrameReader {
  private static final int HEAD_BYTES = 9;

  /** Where the type of a frame stands, back from the end of its head. */
  private static final int TYPE_BACK = 6;

  // deps
  private final FloodGuard guard;
  private final long headerNanos;

  // state, confined to the loop
  private @Nullable Counting counting;
  private @Nullable ByteBuf input;

  /** Bytes read since the last frame, or the last whole header list, ended. */
  private int unfinished;

  private int endIndex;

  /** Runs while a header list is unfinished. */
  private @Nullable Future<?> listTimer;

  /**
   * A reader of a new connection.
   *
   * @param limits its greeting's timeout is also that of a header list
   */
  public GuardedReader(Http2HeadersDecoder headers, ConnectionLimits limits, FloodGuard guard) {
    super(headers, limits.floods().continuations());
    this.guard = guard;
    headerNanos = limits.greetingTimeout().toNanos();
  }

  @Override
  public void readFrame(ChannelHandlerContext ctx, ByteBuf bytes, Http2FrameListener listener)
      throws Http2Exception {
    Counting now = counting;
    if (now == null || now.target != listener) {
      now = new Counting(listener);
      counting = now;
    }
    input = bytes;
    int begin = bytes.readerIndex();
    endIndex = -1;
    try {
      super.readFrame(ctx, bytes, now);
    } catch (Http2Exception e) {
      // Of itself the reader asks for calm only where a header list is cut into too many frames.
      boolean calm = guard.isEnded() || e.error() != Http2Error.ENHANCE_YOUR_CALM;
      guard.check(calm, Flood.CONTINUATIONS);
      throw e;
    } finally {
      input = null;
    }
    noteUnfinished(ctx, bytes, begin);
  }

  /**
   * Every frame but those of a header list that goes on has been told to the listener once its head
   * and its payload were read. So beyond the head of one frame, what has been read and not told is
   * of an unfinished list.
   */
  private void noteUnfinished(ChannelHandlerContext ctx, ByteBuf bytes, int begin) {
    int end = bytes.readerIndex();
    if (endIndex >= 0) {
      unfinished = end - endIndex;
      stopTimer();
    } else {
      unfinished += end - begin;
    }
    if (listTimer == null
        && (unfinished > HEAD_BYTES || (end - begin >= HEAD_BYTES && beginsList(bytes, end)))) {
      listTimer = ctx.executor().schedule(() -> listIsLate(ctx), headerNanos, TimeUnit.NANOSECONDS);
    }
  }

  private boolean beginsList(ByteBuf bytes, int end) {
    return unfinished == HEAD_BYTES
        && bytes.getUnsignedByte(end - TYPE_BACK) == Http2FrameTypes.HEADERS;
  }

  private void listIsLate(ChannelHandlerContext ctx) {
    listTimer = null;
    try {
      guard.check(false, Flood.HEADER_TIMEOUT);
    } catch (Http2Exception flood) {
      ((Http2ConnectionHandler) ctx.handler()).onError(ctx, false, flood);
      ctx.flush();
    }
  }

  private void stopTimer() {
    if (listTimer != null) {
      listTimer.cancel(false);
      listTimer = null;
    }
  }

  @Override
  public void close() {
    stopTimer();
    super.close();
  }

  private static long now(ChannelHandlerContext ctx) {
    return ctx.executor().ticker().nanoTime();
  }

  /** Sees every frame. */
  private final class Counting extends Http2FrameListenerDecorator {
    private final Http2FrameListener target;

    Counting(Http2FrameListener listener) {
      super(listener);
      target = listener;
    }

    /** A frame or a header list has been read to its end. */
    private void noteEnd() {
      ByteBuf now = input;
      if (now != null) {
        endIndex = now.readerIndex();
      }
    }

    @Override
    public int onDataRead(
        ChannelHandlerContext ctx, int streamId, ByteBuf data, int padding, boolean last)
        throws Http2Exception {
      noteEnd();
      guard.onChunk(!data.isReadable() && !last);
      return super.onDataRead(ctx, streamId, data, padding, last);
    }

    @Override
    public void onHeadersRead(
        ChannelHandlerContext ctx, int streamId, Http2Headers headers, int padding, boolean last)
        throws Http2Exception {
      noteEnd();
      guard.onHeaders(now(ctx));
      super.onHeadersRead(ctx, streamId, headers, padding, last);
    }

    @Override
    public void onHeadersRead(
        ChannelHandlerContext ctx,
        int streamId,
        Http2Headers headers,
        int dependency,
        short weight,
        boolean exclusive,
        int padding,
        boolean last)
        throws Http2Exception {
      noteEnd();
      guard.onHeaders(now(ctx));
      super.onHeadersRead(ctx, streamId, headers, dependency, weight, exclusive, padding, last);
    }

    @Override
    public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings values)
        throws Http2Exception {
      noteEnd();
      guard.onSettings(now(ctx));
      super.onSettingsRead(ctx, values);
    }

    @Override
    public void onSettingsAckRead(ChannelHandlerContext ctx) throws Http2Exception {
      noteEnd();
      guard.onAcknowledgement();
      super.onSettingsAckRead(ctx);
    }

    @Override
    public void onPingRead(ChannelHandlerContext ctx, long data) throws Http2Exception {
      noteEnd();
      guard.onPing(now(ctx));
      super.onPingRead(ctx, data);
    }

    @Override
    public void onPingAckRead(ChannelHandlerContext ctx, long data) throws Http2Exception {
      noteEnd();
      guard.onAcknowledgement();
      super.onPingAckRead(ctx, data);
    }

    @Override
    public void onGoAwayRead(
        ChannelHandlerContext ctx, int lastStreamId, long errorCode, ByteBuf debugData)
        throws Http2Exception {
      noteEnd();
      guard.onGoAway(now(ctx));
      super.onGoAwayRead(ctx, lastStreamId, errorCode, debugData);
    }

    @Override
    public void onUnknownFrame(
        ChannelHandlerContext ctx, byte type, int streamId, Http2Flags flags, ByteBuf payload)
        throws Http2Exception {
      noteEnd();
      guard.onUnknownFrame(now(ctx));
      super.onUnknownFrame(ctx, type, streamId, flags, payload);
    }

    @Override
    public void onPriorityRead(
        ChannelHandlerContext ctx, int streamId, int dependency, short weight, boolean exclusive)
        throws Http2Exception {
      noteEnd();
      guard.onPriority();
      super.onPriorityRead(ctx, streamId, dependency, weight, exclusive);
    }

    @Override
    public void onWindowUpdateRead(ChannelHandlerContext ctx, int streamId, int increment)
        throws Http2Exception {
      noteEnd();
      guard.onWindowUpdate();
      super.onWindowUpdateRead(ctx, streamId, increment);
    }

    @Override
    public void onRstStreamRead(ChannelHandlerContext ctx, int streamId, long code)
        throws Http2Exception {
      noteEnd();
      guard.onReset();
      super.onRstStreamRead(ctx, streamId, code);
    }
  }
}
