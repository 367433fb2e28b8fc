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
 * open is PINGed, and closed if no byte comes in answer. One that has had no call for a long time
 * is told to go, and closed. First in the pipeline, so that every byte counts. Confined to the loop
 * of the connection.
 */
final class CallerKeepalive extends ChannelDuplexHandler {
  private static final long IDLE_GRACE_NANOS = TimeUnit.SECONDS.toNanos(2);

  // deps
  private final EntryDrain drain;
  private final long afterNanos;
  private final long timeoutNanos;
  private final long idleNanos;

  // state, confined to the loop
  private long lastReadNanos;
  private long idleSinceNanos;
  private int lastStream;
  private boolean toldToGo;
  private boolean pinged;
  private @Nullable Future<?> timer;

  CallerKeepalive(EntryConfig config, EntryDrain drain) {
    this.drain = drain;
    afterNanos = config.keepaliveAfter().toNanos();
    timeoutNanos = config.keepaliveTimeout().toNanos();
    idleNanos = config.idleTimeout().toNanos();
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) throws Exception {
    lastReadNanos = ctx.executor().ticker().nanoTime();
    idleSinceNanos = lastReadNanos;
    schedule(ctx, Math.min(afterNanos, idleNanos));
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
    long now = ctx.executor().ticker().nanoTime();
    long silent = now - lastReadNanos;
    if (connection.connection().numActiveStreams() == 0) {
      checkIdle(ctx, connection, now);
      return;
    }
    idleSinceNanos = now;
    if (pinged) {
      ctx.close();
    } else if (silent < afterNanos) {
      schedule(ctx, afterNanos - silent);
    } else {
      pinged = true;
      connection.writePing();
      schedule(ctx, timeoutNanos);
    }
  }

  /** Bytes do not count here: an idle caller may say as much as it likes, but open no call. */
  private void checkIdle(ChannelHandlerContext ctx, EntryConnection connection, long now) {
    int stream = connection.connection().remote().lastStreamCreated();
    if (stream != lastStream) {
      lastStream = stream;
      idleSinceNanos = now;
    }
    long left = idleNanos - (now - idleSinceNanos);
    if (left > 0) {
      schedule(ctx, Math.min(afterNanos, left));
    } else if (toldToGo) {
      ctx.close();
    } else {
      toldToGo = true;
      drain.begin("no call for a long time");
      schedule(ctx, IDLE_GRACE_NANOS);
    }
  }
}
