package dev.adit.core.http2.flood;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameTypes;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Ticker;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Guards a server's connection whose codec is not ours: it stands between TLS and the codec, looks
 * at the heads of frames both ways, and lets everything pass unchanged until a limit is passed.
 * Nothing more is read of a peer that sends bodies before one of its requests has been accepted.
 * Confined to the loop of the connection.
 */
public final class FloodHandler extends ChannelDuplexHandler {
  private static final int END_STREAM = 0x1;
  private static final int ACK = 0x1;
  private static final int PADDED = 0x8;

  /** A padded DATA frame up to here may hold nothing but padding. */
  private static final int PADDING_BYTES = 256;

  /**
   * Of bodies that may come before a request is accepted, or the next is answered: the codec holds
   * them, and its windows are made for peers that are known. More than any first message.
   */
  static final int UNPROVEN_BYTES = 64 * 1024;

  /** How long a peer that does not read may keep the word of why it is ended from leaving. */
  private static final long LAST_WORD_MILLIS = 1000;

  // deps
  private final FloodGuard guard;
  private final Duration greetingTimeout;
  private final FloodLimits limits;
  private final BiConsumer<Flood, SocketAddress> onFlood;

  // state, confined to the loop
  private final EventRate resets = new EventRate(FloodLimits.WINDOW);
  private final FrameHeads inbound;
  private final FrameHeads outbound;
  private @Nullable ChannelHandlerContext context;
  private @Nullable Future<?> greetingTimer;
  private int continuations;
  private boolean proven;
  private int unprovenBytes;
  private boolean ended;

  /**
   * A limit on what we send has been passed; the end comes once the codec has written its frame.
   */
  private boolean ending;

  /**
   * A guard of a new connection.
   *
   * @param onFlood told the limit that the peer has passed, once, and the peer's address
   */
  public FloodHandler(ConnectionLimits limits, BiConsumer<Flood, SocketAddress> onFlood) {
    this.onFlood = onFlood;
    guard = new FloodGuard(limits.floods(), this::tell);
    greetingTimeout = limits.greetingTimeout();
    this.limits = limits.floods();
    inbound =
        new FrameHeads(Http2CodecUtil.connectionPrefaceBuf().readableBytes(), this::onReceived);
    outbound = new FrameHeads(0, this::onSent);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
    greetingTimer =
        ctx.executor()
            .schedule(this::checkGreeted, greetingTimeout.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void tell(Flood limit) {
    onFlood.accept(limit, context().channel().remoteAddress());
  }

  private void checkGreeted() {
    ChannelHandlerContext ctx = context();
    if (ctx.channel().isActive() && !guard.isGreeted()) {
      tell(Flood.GREETING_TIMEOUT);
      ctx.close();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    if (greetingTimer != null) {
      greetingTimer.cancel(false);
    }
    super.channelInactive(ctx);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
    if (!ended && !ending && message instanceof ByteBuf bytes) {
      try {
        inbound.read(bytes);
      } catch (Http2Exception flood) {
        end(flood);
      }
    }
    if (ended || ending) {
      ReferenceCountUtil.release(message);
    } else {
      super.channelRead(ctx, message);
    }
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise)
      throws Exception {
    if (ended) {
      ReferenceCountUtil.release(message);
      promise.tryFailure(new ClosedChannelException());
      return;
    }
    if (message instanceof ByteBuf bytes) {
      try {
        outbound.read(bytes);
      } catch (Http2Exception flood) {
        // The codec is in the middle of a frame perhaps: first that, and then no more.
        ending = true;
        ctx.executor().execute(() -> end(flood));
      }
    }
    super.write(ctx, message, promise);
  }

  private void onReceived(int type, int flags, int length) throws Http2Exception {
    Ticker clock = context().executor().ticker();
    guard.onFrame(type, flags, clock);
    switch (type) {
      case Http2FrameTypes.DATA -> {
        guard.onChunk(isEmpty(flags, length));
        hold(length);
      }
      case Http2FrameTypes.HEADERS -> continuations = 0;
      case Http2FrameTypes.CONTINUATION ->
          guard.check(++continuations < limits.continuations(), Flood.CONTINUATIONS);
      // Peers that keep their streams have no reason to reset them, soon or late.
      case Http2FrameTypes.RST_STREAM ->
          guard.check(resets.add(clock.nanoTime()) <= limits.quickResets(), Flood.QUICK_RESETS);
      default -> {
        // Nothing that the guard has not judged.
      }
    }
  }

  private void hold(int length) {
    unprovenBytes = proven ? 0 : Math.min(unprovenBytes + length, UNPROVEN_BYTES);
    if (isHeld()) {
      context().channel().config().setAutoRead(false);
    }
  }

  private boolean isHeld() {
    return unprovenBytes == UNPROVEN_BYTES;
  }

  /** The codec asks for more whatever the channel is told. */
  @Override
  public void read(ChannelHandlerContext ctx) {
    if (!isHeld()) {
      ctx.read();
    }
  }

  /** An answer that has only a head and an end is a refusal. */
  private void onAnswer(boolean last) {
    boolean held = isHeld();
    proven |= !last;
    unprovenBytes = 0;
    if (held) {
      context().channel().config().setAutoRead(true);
    }
  }

  private static boolean isEmpty(int flags, int length) {
    boolean nothing = length == 0 || ((flags & PADDED) != 0 && length <= PADDING_BYTES);
    return nothing && (flags & END_STREAM) == 0;
  }

  private void onSent(int type, int flags, int length) throws Http2Exception {
    switch (type) {
      case Http2FrameTypes.DATA -> guard.onChunkSent();
      case Http2FrameTypes.HEADERS -> {
        guard.onHeadersSent();
        onAnswer((flags & END_STREAM) != 0);
      }
      case Http2FrameTypes.SETTINGS, Http2FrameTypes.PING -> {
        if ((flags & ACK) == 0) {
          guard.onAsked();
        }
      }
      case Http2FrameTypes.RST_STREAM ->
          guard.onForcedReset(context().executor().ticker().nanoTime());
      default -> {
        // What we send of our own accord.
      }
    }
  }

  /** GOAWAY that names the limit (RFC 9113 6.8), and the end. */
  private void end(Http2Exception flood) {
    ChannelHandlerContext ctx = context();
    if (ended) {
      return;
    }
    ended = true;
    String why = String.valueOf(flood.getMessage());
    int length = 2 * Integer.BYTES + why.length();
    ByteBuf goAway = ctx.alloc().buffer(Http2CodecUtil.FRAME_HEADER_LENGTH + length);
    goAway.writeMedium(length).writeByte(Http2FrameTypes.GO_AWAY).writeByte(0).writeInt(0);
    goAway.writeInt(Integer.MAX_VALUE).writeInt((int) Http2Error.ENHANCE_YOUR_CALM.code());
    ByteBufUtil.writeAscii(goAway, why);
    ctx.writeAndFlush(goAway).addListener(ChannelFutureListener.CLOSE);
    ctx.executor().schedule(() -> ctx.close(), LAST_WORD_MILLIS, TimeUnit.MILLISECONDS);
  }

  private ChannelHandlerContext context() {
    ChannelHandlerContext ctx = context;
    if (ctx == null) {
      throw new IllegalStateException("the handler is in no pipeline yet");
    }
    return ctx;
  }
}
