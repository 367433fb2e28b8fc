package dev.adit.server.entry;

import dev.adit.server.entry.call.EntryConnection;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.epoll.EpollTcpInfo;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Going away without losing a call (RFC 9113 6.8): first a GOAWAY that names no last stream, so
 * that the caller stops opening calls here; after time enough for what was under way to arrive, the
 * one that does.
 */
final class EntryDrain {
  static final long BETWEEN_MILLIS = 500;

  /** A caller of whom the kernel has heard nothing for so long will not take what it is owed. */
  private static final long GONE_MILLIS = 3000;

  /**
   * States of TCP, as Linux numbers them: ESTABLISHED and CLOSE_WAIT, where our end is still to be
   * sent, FIN_WAIT1, CLOSING and LAST_ACK, where it or what goes before it is not acknowledged.
   */
  private static final Set<Integer> OWED = Set.of(1, 8, 4, 11, 9);

  private EntryDrain() {}

  /**
   * Begins on the loop of the connection.
   *
   * @param why told to the caller; ASCII
   */
  static void begin(Channel channel, String why) {
    EntryConnection connection = channel.pipeline().get(EntryConnection.class);
    if (connection == null || !channel.isActive()) {
      return;
    }
    goAway(connection, channel, Integer.MAX_VALUE, why);
    channel
        .eventLoop()
        .schedule(() -> finish(connection, channel, why), BETWEEN_MILLIS, TimeUnit.MILLISECONDS);
  }

  /**
   * Ends what is written to a caller that no call runs for. The kernel sends what it has, and then
   * the end; to close the connection would lose that: what the caller sends meanwhile, as if only a
   * window update, makes the kernel reset the connection and drop what waits. So what comes from
   * here on is read and thrown away. Any thread; may be asked again.
   */
  static void endOutput(Channel channel) {
    if (channel instanceof EpollSocketChannel socket) {
      channel.eventLoop().execute(() -> endOutput(socket));
    }
  }

  private static void endOutput(EpollSocketChannel channel) {
    ChannelOutboundBuffer written = channel.unsafe().outboundBuffer();
    if (written == null
        || written.totalPendingWriteBytes() > 0
        || channel.pipeline().get(Deaf.class) != null) {
      return;
    }
    channel.pipeline().addFirst(new Deaf());
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (tls == null) {
      channel.shutdownOutput();
    } else {
      tls.closeOutbound().addListener(done -> channel.shutdownOutput());
    }
  }

  private static final class Deaf extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object bytes) {
      ReferenceCountUtil.release(bytes);
    }
  }

  /**
   * Whether a caller has not got all yet that was written to it, and is heard. Any thread. False
   * where the kernel does not say.
   */
  static boolean isTaking(Channel channel) {
    if (!(channel instanceof EpollSocketChannel socket)) {
      return false;
    }
    try {
      EpollTcpInfo tcp = socket.tcpInfo();
      return OWED.contains(tcp.state()) && tcp.lastAckRecv() <= GONE_MILLIS;
    } catch (ChannelException e) {
      // It is closed meanwhile.
      return false;
    }
  }

  private static void finish(EntryConnection connection, Channel channel, String why) {
    if (channel.isActive()) {
      goAway(connection, channel, connection.connection().remote().lastStreamCreated(), why);
    }
  }

  private static void goAway(
      EntryConnection connection, Channel channel, int lastStreamId, String why) {
    ChannelHandlerContext ctx = channel.pipeline().context(connection);
    ByteBuf reason = ByteBufUtil.writeAscii(channel.alloc(), why);
    connection.goAway(ctx, lastStreamId, Http2Error.NO_ERROR.code(), reason, ctx.newPromise());
    connection.requestFlush();
  }
}
