package dev.adit.server.tunnel.listener;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;

/**
 * Takes connections of a listener at a pace, so that agents that all come back after an outage do
 * not crowd out the calls of those that are there: the rest wait in the kernel's queue, before a
 * handshake has cost anything. Confined to the loop of the listener.
 */
final class AcceptPace extends ChannelInboundHandlerAdapter {
  private static final long TURN_MILLIS = 100;
  private static final long TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(TURN_MILLIS);

  private final int perTurn;

  // state, confined to the loop
  private long turnNanos;
  private int taken;

  /**
   * @param perSecond connections, 10 or more
   */
  AcceptPace(int perSecond) {
    perTurn = (int) (perSecond * TURN_MILLIS / 1000);
  }

  @Override
  public void channelActive(ChannelHandlerContext listener) {
    turnNanos = listener.channel().eventLoop().ticker().nanoTime() - TURN_NANOS;
    listener.fireChannelActive();
  }

  @Override
  public void channelRead(ChannelHandlerContext listener, Object connection) {
    long now = listener.channel().eventLoop().ticker().nanoTime();
    if (now - turnNanos >= TURN_NANOS) {
      turnNanos = now;
      taken = 0;
    }
    taken++;
    if (taken == perTurn) {
      listener.channel().config().setAutoRead(false);
      listener
          .channel()
          .eventLoop()
          .schedule(
              () -> listener.channel().config().setAutoRead(true),
              turnNanos + TURN_NANOS - now,
              TimeUnit.NANOSECONDS);
    }
    listener.fireChannelRead(connection);
  }
}
