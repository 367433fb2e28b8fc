package dev.adit.core.http2.write;

import dev.adit.core.http2.flood.FloodGuard;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionEncoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2LifecycleManager;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * Netty's encoder on our write path: body bytes that need not wait for a window pass the queues by.
 * Keeps a peer from growing our HPACK table (CVE-2026-93492 and its kind). Confined to the loop of
 * the connection.
 */
public final class BatchEncoder extends DefaultHttp2ConnectionEncoder {
  /** What a peer may make us remember, whatever it offers: the default of RFC 7541. */
  private static final long MAX_TABLE_BYTES = 4096;

  private static final AsciiString REQUEST_ID = AsciiString.cached("x-request-id");
  private static final AsciiString GRPC_TIMEOUT = AsciiString.cached("grpc-timeout");
  private static final AsciiString TRACEPARENT = AsciiString.cached("traceparent");

  // deps
  private final SendWindows windows;
  private @Nullable Http2LifecycleManager streams;

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
    super(
        connection,
        new BatchWriter(
            batch,
            // A server's calls keep to the peer's MAX_HEADER_LIST_SIZE (RFC 9113 6.5.2) themselves,
            // and what says so to the caller is not measured.
            new DefaultHttp2HeadersEncoder(BatchEncoder::isNeverIndexed, connection.isServer()),
            guard));
    this.windows = windows;
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
    streams = lifecycleManager;
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

  @Override
  public ChannelFuture writeData(
      ChannelHandlerContext ctx,
      int streamId,
      ByteBuf data,
      int padding,
      boolean last,
      ChannelPromise promise) {
    Http2Stream stream = connection().stream(streamId);
    if (padding != 0
        || stream == null
        || !takesData(stream)
        || !windows.take(stream, data.readableBytes())) {
      return super.writeData(ctx, streamId, data, padding, last, promise);
    }
    ChannelFuture written = frameWriter().writeData(ctx, streamId, data, 0, last, promise);
    if (last && streams != null) {
      streams.closeStreamLocal(stream, written);
    }
    return written;
  }

  private static boolean takesData(Http2Stream stream) {
    return switch (stream.state()) {
      case OPEN, HALF_CLOSED_REMOTE -> true;
      default -> false;
    };
  }
}
