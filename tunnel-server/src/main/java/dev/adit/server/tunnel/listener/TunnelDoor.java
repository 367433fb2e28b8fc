package dev.adit.server.tunnel.listener;

import dev.adit.core.http2.flood.ConnectionCounts;
import dev.adit.core.http2.flood.ConnectionLimits;
import dev.adit.core.http2.flood.Flood;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import java.net.SocketAddress;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Turns away connections beyond the limits before gRPC hears of them. Shared by all listeners. Any
 * thread.
 */
@Sharable
final class TunnelDoor extends ChannelInboundHandlerAdapter {
  private final ConnectionCounts counts;
  private final BiConsumer<Flood, SocketAddress> onFlood;

  /**
   * @param onFlood told the limit that a connection would pass
   */
  TunnelDoor(ConnectionLimits limits, BiConsumer<Flood, SocketAddress> onFlood) {
    counts = new ConnectionCounts(limits);
    this.onFlood = onFlood;
  }

  @Override
  public void channelRead(ChannelHandlerContext listener, Object connection) {
    SocketChannel channel = (SocketChannel) connection;
    @Nullable Flood passed = counts.tryAdd(channel);
    if (passed == null) {
      listener.fireChannelRead(channel);
    } else {
      onFlood.accept(passed, channel.remoteAddress());
      // It is on no loop yet.
      channel.unsafe().closeForcibly();
    }
  }
}
