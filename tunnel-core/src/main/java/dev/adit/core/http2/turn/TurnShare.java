package dev.adit.core.http2.turn;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How many calls one connection may begin in a turn of its loop: a hundred fit into one packet, and
 * every other connection of the loop would wait for all of them. Those beyond the share stay where
 * they are, unread, until the loop has been around, and nothing more is taken from the socket
 * meanwhile. Stands in the pipeline next to the codec, on the side of the socket. Confined to the
 * loop of the connection.
 */
public final class TurnShare extends ChannelDuplexHandler {
  /** About fifty calls where the code is warm, and ten where it is not. */
  static final long SHARE_NANOS = TimeUnit.MICROSECONDS.toNanos(250);

  /** A power of two. The clock is read before each so many calls, and for fewer never. */
  static final int CALLS_A_LOOK = 4;

  // state, confined to the loop
  private @Nullable ChannelHandlerContext context;
  private int calls;
  private long since;
  private boolean usedUp;

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  /** Whether nothing more of what the peer has sent is to be read in this turn. */
  public boolean isUsedUp() {
    return usedUp;
  }

  /** A call has begun. */
  public void onCall() {
    ChannelHandlerContext ctx = context;
    if ((++calls & (CALLS_A_LOOK - 1)) != 0 || ctx == null) {
      return;
    }
    long now = ctx.executor().ticker().nanoTime();
    if (calls == CALLS_A_LOOK) {
      since = now;
    } else if (!usedUp && now - since >= SHARE_NANOS) {
      usedUp = true;
      ctx.channel().config().setAutoRead(false);
      // Not a task: the loop runs those until none is left, before it looks at a socket again.
      ctx.executor().schedule(() -> goOn(ctx), 1, TimeUnit.NANOSECONDS);
    }
  }

  private void goOn(ChannelHandlerContext ctx) {
    if (ctx.isRemoved()) {
      return;
    }
    usedUp = false;
    calls = 0;
    ctx.fireChannelRead(Unpooled.EMPTY_BUFFER);
    ctx.fireChannelReadComplete();
    if (!usedUp) {
      ctx.channel().config().setAutoRead(true);
    }
  }

  /** The codec asks for more by itself where the channel does not. */
  @Override
  public void read(ChannelHandlerContext ctx) {
    if (!usedUp) {
      ctx.read();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (!usedUp) {
      calls = 0;
    }
    ctx.fireChannelReadComplete();
  }
}
