package dev.adit.core.http2.read;

import dev.adit.core.http2.flood.Flood;
import dev.adit.core.http2.flood.FloodGuard;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2LifecycleManager;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends a connection that takes too long over a header list, however it is cut. Runs only while one
 * is begun and nothing more of it is there to read. Confined to the loop of the connection.
 */
final class ListTimer {
  // deps
  private final FloodGuard guard;
  private final long nanos;

  // state, confined to the loop
  private @Nullable Future<?> running;

  /**
   * @param timeout from the first byte of a list that did not come at once to its last one
   */
  ListTimer(FloodGuard guard, Duration timeout) {
    this.guard = guard;
    nanos = timeout.toNanos();
  }

  /** A list waits for more of itself; it may have done so before. */
  void start(ChannelHandlerContext ctx, Http2LifecycleManager lifecycle) {
    if (running == null) {
      running = ctx.executor().schedule(() -> end(ctx, lifecycle), nanos, TimeUnit.NANOSECONDS);
    }
  }

  private void end(ChannelHandlerContext ctx, Http2LifecycleManager lifecycle) {
    running = null;
    try {
      guard.check(false, Flood.HEADER_TIMEOUT);
    } catch (Http2Exception flood) {
      lifecycle.onError(ctx, false, flood);
      ctx.flush();
    }
  }

  /** The list is whole, or the connection over. */
  void stop() {
    if (running != null) {
      running.cancel(false);
      running = null;
    }
  }
}
