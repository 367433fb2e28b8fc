package dev.adit.server.tunnel.listener;

import dev.adit.core.http2.flood.Flood;
import dev.adit.core.peer.PeerNetwork;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes connections of a listener at a pace, so that agents that all come back after an outage do
 * not crowd out the calls of those that are there: the rest wait, before a handshake has cost
 * anything. They wait here and not in the kernel's queue, where one host that connects faster than
 * the pace would keep everybody out: networks take turns. Confined to the loop of the listener.
 */
final class AcceptPace extends ChannelInboundHandlerAdapter {
  /** As many as the kernel's queue would hold. */
  static final int MOST_WAITING_OF_ONE = 4096;

  static final int MOST_WAITING = 2 * MOST_WAITING_OF_ONE;

  /** After which an agent has given up, and most that wait are connections that have gone. */
  static final long PATIENCE_MILLIS = 10_000;

  private static final long TURN_MILLIS = 100;
  private static final long TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(TURN_MILLIS);
  private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);

  // deps
  private final int perTurn;
  private final BiConsumer<Flood, SocketAddress> onFlood;

  // state, confined to the loop
  private final WaitingRoom<Waiting> room = new WaitingRoom<>(MOST_WAITING, MOST_WAITING_OF_ONE);
  private long turnNanos;
  private int taken;
  private boolean scheduled;

  /** A connection that has been accepted and is on no loop yet. */
  private record Waiting(Channel connection, long sinceNanos) {}

  /**
   * @param perSecond connections, 10 or more
   * @param onFlood told of a connection that is turned away instead of waiting
   */
  AcceptPace(int perSecond, BiConsumer<Flood, SocketAddress> onFlood) {
    perTurn = (int) (perSecond * TURN_MILLIS / 1000);
    this.onFlood = onFlood;
  }

  @Override
  public void channelActive(ChannelHandlerContext listener) {
    turnNanos = now(listener) - TURN_NANOS;
    listener.fireChannelActive();
  }

  @Override
  public void channelRead(ChannelHandlerContext listener, Object message) {
    long now = now(listener);
    if (room.isEmpty() && takes(now)) {
      listener.fireChannelRead(message);
      return;
    }
    Channel connection = (Channel) message;
    PeerNetwork network = PeerNetwork.of(connection.remoteAddress());
    @Nullable Waiting out = room.add(network, new Waiting(connection, now));
    if (out != null) {
      turnAway(out);
    }
    serveLater(listener, now);
  }

  private boolean takes(long now) {
    if (now - turnNanos >= TURN_NANOS) {
      turnNanos = now;
      taken = 0;
    }
    if (taken == perTurn) {
      return false;
    }
    taken++;
    return true;
  }

  private void serveLater(ChannelHandlerContext listener, long now) {
    if (!scheduled) {
      scheduled = true;
      listener
          .channel()
          .eventLoop()
          .schedule(() -> serve(listener), turnNanos + TURN_NANOS - now, TimeUnit.NANOSECONDS);
    }
  }

  private void serve(ChannelHandlerContext listener) {
    scheduled = false;
    long now = now(listener);
    while (!room.isEmpty() && takes(now)) {
      @Nullable Waiting next = room.next();
      while (next != null && now - next.sinceNanos() > PATIENCE_NANOS) {
        turnAway(next);
        next = room.next();
      }
      if (next != null) {
        listener.fireChannelRead(next.connection());
      }
    }
    if (!room.isEmpty()) {
      serveLater(listener, now);
    }
  }

  private void turnAway(Waiting out) {
    onFlood.accept(Flood.WAITING_CONNECTIONS, out.connection().remoteAddress());
    out.connection().unsafe().closeForcibly();
  }

  @Override
  public void channelInactive(ChannelHandlerContext listener) {
    for (Waiting each = room.next(); each != null; each = room.next()) {
      each.connection().unsafe().closeForcibly();
    }
    listener.fireChannelInactive();
  }

  private static long now(ChannelHandlerContext listener) {
    return listener.channel().eventLoop().ticker().nanoTime();
  }
}
