package dev.adit.server.entry;

import dev.adit.server.config.EntryConfig;
import dev.adit.server.entry.call.EntryConnection;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Finds callers that have vanished: a connection that has been silent for a time while calls are
 * open is PINGed, and closed if no byte comes in answer. First in the pipeline, so that every byte
 * counts. Confined to the loop of the connection.
 */
final class CallerKeepalive extends ChannelDuplexHandler {
  // deps
  private final long afterNanos;
  private final long timeoutNanos;

  // state, confined to the loop
  private long lastReadNanos;
  private boolean pinged;
  private @Nullable Future<?> timer;

  CallerKeepalive(EntryConfig config) {
    afterNanos = config.keepaliveAfter().toNanos();
    timeoutNanos = config.keepaliveTimeout().toNanos();
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) throws Exception {
    lastReadNanos = ctx.executor().ticker().nanoTime();
    schedule(ctx, afterNanos);
    super.channelActive(ctx);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
    lastReadNanos = ctx.executor().ticker().nanoTime();
    pinged = false;
    super.channelRead(ctx, message);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    if (timer != null) {
      timer.cancel(false);
    }
    super.channelInactive(ctx);
  }

  private void schedule(ChannelHandlerContext ctx, long nanos) {
    timer = ctx.executor().schedule(() -> check(ctx), nanos, TimeUnit.NANOSECONDS);
  }

  private void check(ChannelHandlerContext ctx) {
    EntryConnection connection = ctx.pipeline().get(EntryConnection.class);
    if (!ctx.channel().isActive()) {
      return;
    }
    if (connection == null) {
      // TLS has not begun yet.
      schedule(ctx, afterNanos);
      return;
    }
    long silent = ctx.executor().ticker().nanoTime() - lastReadNanos;
    if (pinged) {
      ctx.close();
    } else if (silent < afterNanos) {
      schedule(ctx, afterNanos - silent);
    } else if (connection.connection().numActiveStreams() == 0) {
      schedule(ctx, afterNanos);
    } else {
      pinged = true;
      connection.writePing();
      schedule(ctx, timeoutNanos);
    }
  }
}
