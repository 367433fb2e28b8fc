package dev.adit.server.entry;

import dev.adit.server.entry.call.EntryConnection;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Error;
import java.util.concurrent.TimeUnit;

/**
 * Going away without losing a call (RFC 9113 6.8): first a GOAWAY that names no last stream, so
 * that the caller stops opening calls here; after time enough for what was under way to arrive, the
 * one that does.
 */
final class EntryDrain {
  static final long BETWEEN_MILLIS = 500;

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
