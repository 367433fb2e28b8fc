package dev.adit.core.http2.write;

import dev.adit.core.http2.flood.FloodGuard;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.DefaultHttp2FrameWriter;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameTypes;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersEncoder;
import io.netty.util.concurrent.PromiseNotifier;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/**
 * Writes frames into a {@link FrameBatch} (RFC 9113 4.1): those that each call needs by itself, all
 * others as Netty does. Confined to the loop of the connection.
 *
 * <p>The promise of a frame that ends something, or carries body bytes, is completed when the frame
 * is in the socket or never will be; that of any other frame at once.
 */
public final class BatchWriter extends DefaultHttp2FrameWriter {
  private static final int HEAD_BYTES = 9;
  private static final int END_STREAM = 0x1;
  private static final int END_HEADERS = 0x4;

  /** What most header lists need; a larger one makes the batch grow. */
  private static final int USUAL_LIST_BYTES = 256;

  /** Body bytes up to here are copied, which costs less than an entry of their own. */
  static final int COPIED_BYTES = 4 << 10;

  // deps
  private final FrameBatch batch;
  private final Http2HeadersEncoder encoder;
  private final @Nullable FloodGuard guard;

  /**
   * A writer of a new connection.
   *
   * @param encoder of this connection alone
   * @param guard told of each DATA frame; null: the peer has no limits
   */
  public BatchWriter(FrameBatch batch, Http2HeadersEncoder encoder, @Nullable FloodGuard guard) {
    super(encoder);
    this.batch = batch;
    this.encoder = encoder;
    this.guard = guard;
  }

  @Override
  public ChannelFuture writeHeaders(
      ChannelHandlerContext ctx,
      int streamId,
      Http2Headers headers,
      int padding,
      boolean last,
      ChannelPromise promise) {
    if (padding != 0) {
      return super.writeHeaders(ctx, streamId, headers, padding, last, promise);
    }
    if (batch.isClosed()) {
      return closed(promise);
    }
    try {
      writeList(streamId, headers, last);
    } catch (Http2Exception | RuntimeException e) {
      return promise.setFailure(e);
    }
    return last ? with(batch.leaving(), promise) : promise.setSuccess();
  }

  /**
   * HEADERS, into a batch that is not closed; nothing of them where this throws.
   *
   * @param headers borrowed
   */
  public void writeList(int streamId, Http2Headers headers, boolean last) throws Http2Exception {
    ByteBuf out = batch.room(USUAL_LIST_BYTES);
    int at = out.writerIndex();
    int end = last ? END_STREAM : 0;
    writeHead(out, 0, Http2FrameTypes.HEADERS, END_HEADERS | end, streamId);
    try {
      encoder.encodeHeaders(streamId, headers, out);
    } catch (Http2Exception | RuntimeException e) {
      // Half a frame would spoil all that come after it.
      out.writerIndex(at);
      throw e;
    }
    int length = out.writerIndex() - at - HEAD_BYTES;
    if (length <= maxFrameSize()) {
      out.setMedium(at, length);
    } else {
      cut(out, at, streamId, end);
    }
  }

  /** Makes HEADERS and CONTINUATION of a header block that is too long for one frame. */
  private void cut(ByteBuf out, int at, int streamId, int end) {
    int max = maxFrameSize();
    ByteBuf block = out.copy(at + HEAD_BYTES, out.writerIndex() - at - HEAD_BYTES);
    out.writerIndex(at);
    try {
      writeHead(out, max, Http2FrameTypes.HEADERS, end, streamId);
      out.writeBytes(block, max);
      while (block.isReadable()) {
        int length = Math.min(max, block.readableBytes());
        int flags = length == block.readableBytes() ? END_HEADERS : 0;
        writeHead(out, length, Http2FrameTypes.CONTINUATION, flags, streamId);
        out.writeBytes(block, length);
      }
    } finally {
      block.release();
    }
  }

  @Override
  public ChannelFuture writeData(
      ChannelHandlerContext ctx,
      int streamId,
      ByteBuf data,
      int padding,
      boolean last,
      ChannelPromise promise) {
    if (padding != 0) {
      return super.writeData(ctx, streamId, data, padding, last, promise);
    }
    if (batch.isClosed()) {
      data.release();
      return closed(promise);
    }
    return with(writeBytes(ctx, streamId, data, last), promise);
  }

  /**
   * DATA, of which the batch that is not closed takes heads and few bytes.
   *
   * @param data ownership passes to this method
   * @return done when all of it is in the socket, or never will be
   */
  ChannelFuture writeBytes(ChannelHandlerContext ctx, int streamId, ByteBuf data, boolean last) {
    boolean copied;
    try {
      writeFullFrames(ctx, streamId, data);
      int length = data.readableBytes();
      copied = length <= COPIED_BYTES;
      ByteBuf out = batch.room(HEAD_BYTES + (copied ? length : 0));
      writeHead(out, length, Http2FrameTypes.DATA, last ? END_STREAM : 0, streamId);
      onChunk();
      if (copied) {
        out.writeBytes(data);
      }
    } catch (RuntimeException | LinkageError | VirtualMachineError e) {
      data.release();
      throw e;
    }
    if (!copied) {
      return ctx.write(data);
    }
    data.release();
    return batch.leaving();
  }

  /** All but the last frame of body bytes that are too many for one. */
  private void writeFullFrames(ChannelHandlerContext ctx, int streamId, ByteBuf data) {
    int max = maxFrameSize();
    while (data.readableBytes() > max) {
      writeHead(batch.room(HEAD_BYTES), max, Http2FrameTypes.DATA, 0, streamId);
      onChunk();
      ctx.write(data.readRetainedSlice(max));
    }
  }

  private void onChunk() {
    if (guard != null) {
      guard.onChunkSent();
    }
  }

  @Override
  public ChannelFuture writeRstStream(
      ChannelHandlerContext ctx, int streamId, long errorCode, ChannelPromise promise) {
    if (batch.isClosed()) {
      return closed(promise);
    }
    writeNumber(Http2FrameTypes.RST_STREAM, streamId, (int) errorCode);
    return with(batch.leaving(), promise);
  }

  @Override
  public ChannelFuture writeWindowUpdate(
      ChannelHandlerContext ctx, int streamId, int increment, ChannelPromise promise) {
    if (batch.isClosed()) {
      return closed(promise);
    }
    writeNumber(Http2FrameTypes.WINDOW_UPDATE, streamId, increment);
    return promise.setSuccess();
  }

  private void writeNumber(int type, int streamId, int number) {
    ByteBuf out = batch.room(HEAD_BYTES + Integer.BYTES);
    writeHead(out, Integer.BYTES, type, 0, streamId);
    out.writeInt(number);
  }

  private static ChannelFuture closed(ChannelPromise promise) {
    return promise.setFailure(new ClosedChannelException());
  }

  private static ChannelFuture with(ChannelFuture other, ChannelPromise promise) {
    other.addListener(new PromiseNotifier<Void, ChannelFuture>(false, promise));
    return promise;
  }

  private static void writeHead(ByteBuf out, int length, int type, int flags, int streamId) {
    out.ensureWritable(HEAD_BYTES);
    // Length and type are 24 and 8 bits.
    out.writeInt(length << 8 | type).writeByte(flags).writeInt(streamId);
  }
}
