package dev.adit.server.entry;

import dev.adit.server.entry.call.EntryConnection;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.epoll.EpollTcpInfo;
import io.netty.handler.codec.http2.Http2Error;
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

  /** A full window is noticed when the kernel probes it, which may come that much late. */
  private static final long PROBE_LEEWAY_MICROS = 100_000;

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
   * Whether a caller still takes the end of what was written to it. To close its connection now
   * would lose that: what it sends meanwhile, as if only a window update, makes the kernel reset
   * the connection and drop what waits. Any thread. False where the kernel does not say.
   */
  static boolean isTaking(Channel channel) {
    if (!(channel instanceof EpollSocketChannel socket)) {
      return false;
    }
    ChannelOutboundBuffer written = channel.unsafe().outboundBuffer();
    try {
      EpollTcpInfo tcp = socket.tcpInfo();
      boolean isOwed =
          (written != null && written.totalPendingWriteBytes() > 0)
              || tcp.unacked() > 0
              || tcp.backoff() > 0
              || TimeUnit.MILLISECONDS.toMicros(tcp.lastDataSent())
                  <= tcp.rto() + PROBE_LEEWAY_MICROS;
      return isOwed && tcp.lastAckRecv() <= GONE_MILLIS;
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
