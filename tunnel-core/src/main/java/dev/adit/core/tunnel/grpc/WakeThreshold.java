package dev.adit.core.tunnel.grpc;

import io.grpc.Attributes;
import io.grpc.ServerCall;
import io.grpc.netty.InternalProtocolNegotiationEvent;
import io.grpc.netty.ProtocolNegotiationEvent;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets the Accepted of a lone call lie in the socket until the answer comes behind it, so that the
 * server wakes once for both: Linux wakes a reader only when SO_RCVLOWAT bytes are there, or the
 * connection's end. The bytes have arrived all the same, and those of a connection that has ended
 * are read first. An Accepted that lay alone in the connection's last reads says how many bytes
 * that takes, TLS and all. Whatever is less and alone waits for the limit at the longest, and where
 * answers take long the kernel is asked for nothing.
 *
 * <p>The first handler of a connection that carries one tunnel. Confined to its loop.
 */
public final class WakeThreshold extends ChannelInboundHandlerAdapter {
  private static final Attributes.Key<WakeThreshold> KEY = Attributes.Key.create("wake-threshold");

  /** Where answers take longer, a wake more for each is little. */
  static final long SOON_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  /**
   * How long few bytes may lie there unread. A timer that is due sooner than the kernel's own ones
   * would be set anew in hardware at each sleep, for as much as is saved.
   */
  static final long LIMIT_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private static final int SOL_SOCKET = 1;
  private static final int SO_RCVLOWAT = 18;
  private static final ChannelOption<Integer> LOWAT =
      new IntegerUnixChannelOption("SO_RCVLOWAT", SOL_SOCKET, SO_RCVLOWAT);

  /**
   * By which an Accepted may be longer than the last: ids grow. The least answer is four times it.
   */
  private static final int SLACK_BYTES = 16;

  /** Of what is taken for an Accepted: it has two names. */
  private static final int MOST_BYTES = 1024;

  private final Channel channel;
  private final long soonNanos;
  private final long limitNanos;

  // state, confined to the loop
  private @Nullable BooleanSupplier lone;
  private BooleanSupplier idle = () -> true;

  /** A lone call waits, since then. */
  private boolean waiting;

  private long sinceNanos;

  /** The last lone call was answered soon. */
  private boolean soon;

  /** What an Accepted takes; 0 if that is not known. */
  private int acceptedBytes;

  /** Of this turn of reading. */
  private int readBytes;

  /** What the kernel was told. */
  private int threshold = 1;

  private boolean limited;

  /** For a channel of epoll whose kernel reads SO_RCVLOWAT anew when it is set. */
  WakeThreshold(Channel channel, long soonNanos, long limitNanos) {
    this.channel = channel;
    this.soonNanos = soonNanos;
    this.limitNanos = limitNanos;
  }

  /** Null where the kernel cannot be asked. */
  public static @Nullable WakeThreshold of(Channel channel) {
    return channel instanceof EpollSocketChannel && isKnown(System.getProperty("os.version", ""))
        ? new WakeThreshold(channel, SOON_NANOS, LIMIT_NANOS)
        : null;
  }

  /** How gRPC's own negotiation begins, such that calls of the connection lead to its threshold. */
  public static ProtocolNegotiationEvent toldOf(
      ProtocolNegotiationEvent begins, WakeThreshold threshold) {
    Attributes known = InternalProtocolNegotiationEvent.getAttributes(begins);
    return InternalProtocolNegotiationEvent.withAttributes(
        begins, known.toBuilder().set(KEY, threshold).build());
  }

  /** That of a call's connection; null where there is none. */
  public static @Nullable WakeThreshold of(ServerCall<?, ?> call) {
    return call.getAttributes().get(KEY);
  }

  /** Before Linux 4.18 a threshold that is lowered wakes nobody for what is there. */
  static boolean isKnown(String kernel) {
    String[] parts = kernel.split("\\D+", 3);
    try {
      int major = Integer.parseInt(parts[0]);
      return major > 4 || (major == 4 && Integer.parseInt(parts[1]) >= 18);
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      return false;
    }
  }

  /**
   * A tunnel begins on the connection. With a second one the kernel is asked for nothing any more.
   *
   * @param loneCall whether one call waits for its answer and all of it is sent
   * @param noCall whether there is no call
   */
  void follow(BooleanSupplier loneCall, BooleanSupplier noCall) {
    boolean first = lone == null;
    lone = first ? loneCall : () -> false;
    idle = first ? noCall : () -> false;
    update();
  }

  /** Something was sent. */
  void update() {
    update(true);
  }

  /** Who has been waiting when others' calls end may have its Accepted already. */
  private void update(boolean sent) {
    BooleanSupplier waits = lone;
    if (waits == null) {
      return;
    }
    if (waits.getAsBoolean()) {
      if (!waiting) {
        waiting = true;
        sinceNanos = now();
        if (sent && soon && acceptedBytes > 0) {
          set(acceptedBytes + SLACK_BYTES);
          limit(limitNanos);
        }
      }
      return;
    }
    if (waiting) {
      waiting = false;
      soon = now() - sinceNanos < soonNanos;
    }
    if (threshold > 1 && !idle.getAsBoolean()) {
      set(1);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof ByteBuf bytes) {
      readBytes += bytes.readableBytes();
    }
    ctx.fireChannelRead(message);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    ctx.fireChannelReadComplete();
    boolean waited = waiting;
    update(false);
    if (waited && waiting && readBytes > 0) {
      learn();
    }
    readBytes = 0;
  }

  /** Something has come that was not the answer. */
  private void learn() {
    if (threshold > 1 || readBytes > MOST_BYTES) {
      // It has woken us in vain.
      acceptedBytes = 0;
      set(1);
    } else {
      acceptedBytes = acceptedBytes == 0 ? readBytes : Math.min(acceptedBytes, readBytes);
    }
  }

  private void limit(long nanos) {
    if (!limited) {
      limited = true;
      channel.eventLoop().schedule(this::onLimit, nanos, TimeUnit.NANOSECONDS);
    }
  }

  private void onLimit() {
    limited = false;
    if (threshold == 1) {
      return;
    }
    long left = limitNanos - (now() - sinceNanos);
    if (left > 0) {
      limit(left);
      return;
    }
    if (waiting) {
      soon = false;
      acceptedBytes = 0;
    }
    set(1);
  }

  private void set(int bytes) {
    if (bytes == threshold || !channel.isActive()) {
      return;
    }
    try {
      channel.config().setOption(LOWAT, bytes);
      threshold = bytes;
    } catch (ChannelException e) {
      // The connection is ending, which wakes us; or a system that has no such thing.
      lone = null;
    }
  }

  private long now() {
    return channel.eventLoop().ticker().nanoTime();
  }
}
