package dev.adit.core.http2.write;

import dev.adit.core.http2.flood.FloodGuard;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionEncoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2LifecycleManager;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * Netty's encoder on our write path: what need not wait for a window passes its queues by, and has
 * no promise of its own but that of the batch. Keeps a peer from growing our HPACK table
 * (CVE-2026-93492 and its kind). Confined to the loop of the connection.
 */
public final class BatchEncoder extends DefaultHttp2ConnectionEncoder {
  /** What a peer may make us remember, whatever it offers: the default of RFC 7541. */
  private static final long MAX_TABLE_BYTES = 4096;

  private static final AsciiString REQUEST_ID = AsciiString.cached("x-request-id");
  private static final AsciiString GRPC_TIMEOUT = AsciiString.cached("grpc-timeout");
  private static final AsciiString TRACEPARENT = AsciiString.cached("traceparent");

  // deps
  private final SendWindows windows;
  private final FrameBatch batch;
  private final BatchWriter writer;

  /**
   * An encoder of a new connection.
   *
   * @param windows the connection's flow controller
   * @param guard told of each DATA frame; null: the peer has no limits
   */
  public BatchEncoder(
      Http2Connection connection,
      SendWindows windows,
      FrameBatch batch,
      @Nullable FloodGuard guard) {
    this(
        connection,
        windows,
        batch,
        new BatchWriter(
            batch,
            // A server's calls keep to the peer's MAX_HEADER_LIST_SIZE (RFC 9113 6.5.2) themselves,
            // and what says so to the caller is not measured.
            new DefaultHttp2HeadersEncoder(BatchEncoder::isNeverIndexed, connection.isServer()),
            guard));
  }

  private BatchEncoder(
      Http2Connection connection, SendWindows windows, FrameBatch batch, BatchWriter writer) {
    super(connection, writer);
    this.windows = windows;
    this.batch = batch;
    this.writer = writer;
  }

  /**
   * What stays out of the table (RFC 7541 6.2.3): a field that differs each time would push out
   * those that come again, and a secret would lie beside what others send (7.1.3), for one
   * connection to a backend carries the calls of many.
   */
  private static boolean isNeverIndexed(CharSequence name, CharSequence value) {
    return switch (name.length()) {
      case 6 -> HttpHeaderNames.COOKIE.contentEquals(name);
      case 10 -> HttpHeaderNames.SET_COOKIE.contentEquals(name);
      case 11 -> TRACEPARENT.contentEquals(name);
      case 12 -> REQUEST_ID.contentEquals(name) || GRPC_TIMEOUT.contentEquals(name);
      case 13 -> HttpHeaderNames.AUTHORIZATION.contentEquals(name);
      default -> false;
    };
  }

  @Override
  public void lifecycleManager(Http2LifecycleManager lifecycleManager) {
    super.lifecycleManager(lifecycleManager);
    windows.lifecycleManager(lifecycleManager);
    batch.whenLeft(
        left -> {
          if (!left.isSuccess()) {
            lifecycleManager.onError(windows.channelHandlerContext(), true, left.cause());
          }
        });
  }

  @Override
  public void remoteSettings(Http2Settings settings) throws Http2Exception {
    Long offered = settings.headerTableSize();
    if (offered != null && offered > MAX_TABLE_BYTES) {
      settings.headerTableSize(MAX_TABLE_BYTES);
    }
    super.remoteSettings(settings);
    Long mostOfList = settings.maxHeaderListSize();
    if (mostOfList != null) {
      // Netty keeps what a server says, and not what a client does.
      configuration().headersConfiguration().maxHeaderListSize(mostOfList);
    }
  }

  /**
   * Writes a head, or trailers where {@code last} is true.
   *
   * @param fields borrowed
   * @param written told when they are in the socket, or never will be; null if nobody asks
   */
  public void writeFields(
      ChannelHandlerContext ctx,
      int streamId,
      BorrowedList fields,
      boolean last,
      @Nullable ChannelFutureListener written) {
    Http2Stream known = connection().stream(streamId);
    boolean begins = known == null && !connection().isServer();
    if (batch.isClosed() || !(begins || takesFields(known, fields, last))) {
      writeHeaders(ctx, streamId, fields.kept(), 0, last, newPromise(ctx, written));
      return;
    }
    try {
      Http2Stream stream =
          known == null ? connection().local().createStream(streamId, false) : known;
      writer.writeList(streamId, fields, last);
      stream.headersSent(false);
      onWritten(stream, batch.leaving(), last, written);
    } catch (Http2Exception | RuntimeException e) {
      windows.streams().onError(ctx, true, e);
      if (written != null) {
        ctx.newFailedFuture(e).addListener(written);
      }
    }
  }

  /** Closes a stream when the last of it has left, or never will. */
  public void closeAfter(Http2Stream stream, ChannelFuture left) {
    windows.closeAfter(stream, left);
  }

  /** Whether they may be written now, as Netty has it, and are no informational head. */
  private boolean takesFields(@Nullable Http2Stream stream, Http2Headers fields, boolean last) {
    CharSequence status = fields.status();
    return stream != null
        && takesFrames(stream)
        && !stream.isTrailersSent()
        && (last ? !windows.hasFlowControlled(stream) : !stream.isHeadersSent())
        && (status == null || status.charAt(0) != '1');
  }

  /**
   * Writes body bytes; what the peer's windows do not let go waits.
   *
   * @param data ownership passes to this method
   * @param written told when the bytes are in the socket, or never will be; null if nobody asks
   */
  public void writeChunk(
      ChannelHandlerContext ctx,
      int streamId,
      ByteBuf data,
      boolean last,
      @Nullable ChannelFutureListener written) {
    Http2Stream stream = connection().stream(streamId);
    if (stream == null
        || batch.isClosed()
        || !takesFrames(stream)
        || !windows.take(stream, data.readableBytes())) {
      writeData(ctx, streamId, alone(ctx, data), 0, last, newPromise(ctx, written));
      return;
    }
    onWritten(stream, writer.writeBytes(ctx, streamId, data, last), last, written);
  }

  /** Few bytes that wait shall not keep the large buffer alive that they are a part of. */
  private static ByteBuf alone(ChannelHandlerContext ctx, ByteBuf data) {
    int length = data.readableBytes();
    ByteBuf whole = data;
    while (whole.unwrap() != null) {
      whole = whole.unwrap();
    }
    if (length > BatchWriter.COPIED_BYTES || whole.capacity() <= 2 * length) {
      return data;
    }
    try {
      return ctx.alloc().buffer(length, length).writeBytes(data);
    } finally {
      data.release();
    }
  }

  /** Our side of a stream is over once its last frame is in the socket, after {@code written}. */
  private void onWritten(
      Http2Stream stream,
      ChannelFuture leaving,
      boolean last,
      @Nullable ChannelFutureListener written) {
    if (written != null) {
      leaving.addListener(written);
    }
    if (last) {
      windows.streams().closeStreamLocal(stream, leaving);
    }
  }

  private static ChannelPromise newPromise(
      ChannelHandlerContext ctx, @Nullable ChannelFutureListener written) {
    ChannelPromise promise = ctx.newPromise();
    return written == null ? promise : promise.addListener(written);
  }

  private static boolean takesFrames(Http2Stream stream) {
    return switch (stream.state()) {
      case OPEN, HALF_CLOSED_REMOTE -> true;
      default -> false;
    };
  }
}
