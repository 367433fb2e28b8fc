package dev.adit.core.http2.flood;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.util.concurrent.Ticker;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Counts the frames of one connection that cost us work and carry no call (RFC 9113 10.5), before
 * anything is done for them. The first beyond a limit ends the connection. Confined to its loop.
 */
public final class FloodGuard {
  /** PRIORITY and RST_STREAM that may come beside those of streams that were opened. */
  private static final int SPARE = 100;

  private static final int WINDOW_UPDATES_AT_FIRST = 5;
  private static final int UPDATES_PER_CHUNK = 10;

  // deps
  private final FloodLimits limits;
  private final Consumer<Flood> onFlood;

  // state, confined to the loop
  private final EventRate settings = new EventRate(FloodLimits.WINDOW);
  private final EventRate pings = new EventRate(FloodLimits.WINDOW);
  private final EventRate unknownFrames = new EventRate(FloodLimits.WINDOW);
  private final EventRate forcedResets = new EventRate(FloodLimits.WINDOW);
  private long opened;
  private long priorities;
  private long windowUpdates;
  private long resets;
  private long chunksSent;
  private boolean greeted;
  private boolean ended;
  private @Nullable Counting counting;

  /**
   * A guard of a new connection.
   *
   * @param onFlood told the limit that a peer has passed
   */
  public FloodGuard(FloodLimits limits, Consumer<Flood> onFlood) {
    this.limits = limits;
    this.onFlood = onFlood;
  }

  /** A listener that counts what comes before it hands it on. */
  public Http2FrameListener before(Http2FrameListener listener) {
    Counting now = counting;
    if (now == null || now.target != listener) {
      now = new Counting(listener);
      counting = now;
    }
    return now;
  }

  /** A frame of body bytes is sent, which the peer may answer with window updates. */
  public void onChunkSent() {
    chunksSent++;
  }

  /** Whether the peer has said what a peer says first. */
  public boolean isGreeted() {
    return greeted;
  }

  /** We have to reset a stream for a fault of the peer's. */
  public void onForcedReset(Ticker ticker) throws Http2Exception {
    check(forcedResets.add(ticker.nanoTime()) <= limits.forcedResets(), Flood.FORCED_RESETS);
  }

  /** Ends the connection if a limit is passed. */
  public void check(boolean within, Flood limit) throws Http2Exception {
    if (within) {
      return;
    }
    if (!ended) {
      ended = true;
      onFlood.accept(limit);
    }
    throw Http2Exception.connectionError(
        Http2Error.ENHANCE_YOUR_CALM, "limit %s passed", limit.text());
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

    @Override
    public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings values)
        throws Http2Exception {
      greeted = true;
      check(settings.add(now(ctx)) <= limits.settings(), Flood.SETTINGS);
      super.onSettingsRead(ctx, values);
    }

    @Override
    public void onPingRead(ChannelHandlerContext ctx, long data) throws Http2Exception {
      check(pings.add(now(ctx)) <= limits.pings(), Flood.PINGS);
      super.onPingRead(ctx, data);
    }

    @Override
    public void onUnknownFrame(
        ChannelHandlerContext ctx, byte type, int streamId, Http2Flags flags, ByteBuf payload)
        throws Http2Exception {
      check(unknownFrames.add(now(ctx)) <= limits.unknownFrames(), Flood.UNKNOWN_FRAMES);
      super.onUnknownFrame(ctx, type, streamId, flags, payload);
    }

    @Override
    public void onHeadersRead(
        ChannelHandlerContext ctx, int streamId, Http2Headers headers, int padding, boolean last)
        throws Http2Exception {
      opened++;
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
      opened++;
      super.onHeadersRead(ctx, streamId, headers, dependency, weight, exclusive, padding, last);
    }

    @Override
    public void onPriorityRead(
        ChannelHandlerContext ctx, int streamId, int dependency, short weight, boolean exclusive)
        throws Http2Exception {
      priorities++;
      check(priorities <= SPARE * (1 + opened), Flood.PRIORITIES);
      super.onPriorityRead(ctx, streamId, dependency, weight, exclusive);
    }

    @Override
    public void onWindowUpdateRead(ChannelHandlerContext ctx, int streamId, int increment)
        throws Http2Exception {
      windowUpdates++;
      check(
          windowUpdates <= WINDOW_UPDATES_AT_FIRST + 2 * (opened + UPDATES_PER_CHUNK * chunksSent),
          Flood.WINDOW_UPDATES);
      super.onWindowUpdateRead(ctx, streamId, increment);
    }

    @Override
    public void onRstStreamRead(ChannelHandlerContext ctx, int streamId, long code)
        throws Http2Exception {
      resets++;
      check(resets <= SPARE + opened, Flood.RESETS);
      super.onRstStreamRead(ctx, streamId, code);
    }
  }
}
