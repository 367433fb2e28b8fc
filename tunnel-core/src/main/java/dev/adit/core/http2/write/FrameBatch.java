package dev.adit.core.http2.write;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/**
 * What one HTTP/2 connection writes in a loop turn, put together so that it leaves as one buffer:
 * for small frames an outbound buffer's entry, an allocation and a promise each cost more than
 * their bytes. Stands in the pipeline next to the codec, on the side of the socket. What is written
 * by others on the way keeps its place behind what is here. Confined to the loop of the connection.
 */
public final class FrameBatch extends ChannelDuplexHandler {
  private static final int FIRST_BYTES = 2 << 10;

  /** What is handed on before the turn ends, so that the channel knows of it. */
  private static final int FULL_BYTES = 16 << 10;

  // state, confined to the loop
  private @Nullable ChannelHandlerContext context;
  private @Nullable ByteBuf bytes;

  /** Of what is in here now; null: nobody asks. */
  private @Nullable ChannelPromise leaving;

  private ChannelFutureListener whenLeft = left -> {};
  private boolean closed;

  /** A turn is much like the one before it: a buffer that need not grow is not copied. */
  private int expectedBytes = FIRST_BYTES;

  /** Bytes that the channel does not know of yet. */
  int pendingBytes() {
    return bytes == null ? 0 : bytes.readableBytes();
  }

  /** Whether nothing can be written any more. */
  boolean isClosed() {
    return closed;
  }

  /**
   * Where to write the next frame; the batch stays its owner.
   *
   * @param frameBytes about how many are written at once; there may be more
   */
  ByteBuf room(int frameBytes) {
    ByteBuf now = bytes;
    if (now != null && now.readableBytes() + frameBytes > FULL_BYTES) {
      handOn();
      now = null;
    }
    if (now == null) {
      now = context().alloc().directBuffer(Math.max(expectedBytes, frameBytes));
      bytes = now;
    }
    return now;
  }

  /** Has one hear of each batch that anybody asks after, before those who ask. */
  void whenLeft(ChannelFutureListener listener) {
    whenLeft = listener;
  }

  /** Done once what has been written so far is in the socket, or never will be. */
  ChannelFuture leaving() {
    ChannelPromise now = leaving;
    if (now == null) {
      now = context().newPromise().addListener(whenLeft);
      leaving = now;
    }
    return now;
  }

  private void handOn() {
    ByteBuf full = bytes;
    if (full == null) {
      return;
    }
    bytes = null;
    int size = full.readableBytes();
    expectedBytes = Math.max(FIRST_BYTES, Math.min(FULL_BYTES, size + size / 4));
    ChannelPromise asked = leaving;
    leaving = null;
    if (asked == null) {
      context().write(full);
    } else {
      context().write(full, asked);
    }
  }

  private ChannelHandlerContext context() {
    ChannelHandlerContext ctx = context;
    if (ctx == null) {
      throw new IllegalStateException("the batch is in no pipeline yet");
    }
    return ctx;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    close();
    super.channelInactive(ctx);
  }

  private void close() {
    closed = true;
    if (bytes != null) {
      bytes.release();
      bytes = null;
    }
    ChannelPromise asked = leaving;
    leaving = null;
    if (asked != null) {
      asked.tryFailure(new ClosedChannelException());
    }
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise)
      throws Exception {
    handOn();
    super.write(ctx, message, promise);
  }

  @Override
  public void flush(ChannelHandlerContext ctx) throws Exception {
    handOn();
    super.flush(ctx);
  }
}
