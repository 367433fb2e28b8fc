package dev.adit.core.http2.read;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Settings;

/**
 * What frames of the connection as a whole do: SETTINGS, PING and GOAWAY (RFC 9113 6.5, 6.7, 6.8).
 * Confined to the loop of the connection.
 */
final class ConnectionFrames {
  private static final int SETTING_BYTES = 6;
  private static final int PING_BYTES = 8;
  private static final int GO_AWAY_BYTES = 8;

  // deps
  private final Http2Connection connection;
  private final Http2ConnectionEncoder encoder;
  private final Http2HeadersDecoder.Configuration headers;
  private final ReceiveWindows windows;
  private final EdgeListener listener;

  // state, confined to the loop
  private boolean greeted;

  ConnectionFrames(
      Http2Connection connection,
      Http2ConnectionEncoder encoder,
      Http2HeadersDecoder.Configuration headers,
      ReceiveWindows windows,
      EdgeListener listener) {
    this.connection = connection;
    this.encoder = encoder;
    this.headers = headers;
    this.windows = windows;
    this.listener = listener;
  }

  /** Whether the peer's first SETTINGS have come. */
  boolean isGreeted() {
    return greeted;
  }

  /** What we allow the peer now, but for what was never announced. */
  Http2Settings localSettings() {
    return new Http2Settings()
        .initialWindowSize(windows.initialWindowSize())
        .maxConcurrentStreams(connection.remote().maxActiveStreams())
        .maxHeaderListSize(headers.maxHeaderListSize());
  }

  void onSettings(ChannelHandlerContext ctx, ByteBuf in, int from, int length)
      throws Http2Exception {
    if (length % SETTING_BYTES != 0) {
      throw FrameFault.size("SETTINGS of %d bytes", length);
    }
    greeted = true;
    Http2Settings settings = new Http2Settings();
    for (int at = from; at < from + length; at += SETTING_BYTES) {
      int id = in.getUnsignedShort(at);
      // Others are extensions' (RFC 9113 6.5.2).
      if (id <= Http2CodecUtil.SETTINGS_MAX_HEADER_LIST_SIZE) {
        put(settings, id, in.getUnsignedInt(at + Short.BYTES));
      }
    }
    // First the acknowledgement: what follows it in our direction goes by the new settings.
    encoder.writeSettingsAck(ctx, ctx.newPromise());
    encoder.remoteSettings(settings);
    listener.onSettings();
  }

  private static void put(Http2Settings settings, int id, long value) throws Http2Exception {
    try {
      settings.put((char) id, Long.valueOf(value));
    } catch (IllegalArgumentException e) {
      Http2Error error =
          id == Http2CodecUtil.SETTINGS_INITIAL_WINDOW_SIZE
              ? Http2Error.FLOW_CONTROL_ERROR
              : Http2Error.PROTOCOL_ERROR;
      throw Http2Exception.connectionError(error, "setting %d of %d", id, value);
    }
  }

  /** What we have announced is in force once the peer has read it. */
  void onSettingsAck(int length) throws Http2Exception {
    FrameFault.checkLength(length, 0, "an acknowledgement of SETTINGS");
    Http2Settings announced = encoder.pollSentSettings();
    if (announced == null) {
      return;
    }
    Long maxStreams = announced.maxConcurrentStreams();
    if (maxStreams != null) {
      connection.remote().maxActiveStreams((int) Math.min(maxStreams, Integer.MAX_VALUE));
    }
    Long maxList = announced.maxHeaderListSize();
    if (maxList != null) {
      headers.maxHeaderListSize(maxList, Http2CodecUtil.calculateMaxHeaderListSizeGoAway(maxList));
    }
    Integer window = announced.initialWindowSize();
    if (window != null) {
      windows.initialWindowSize(window);
    }
  }

  void onPing(ChannelHandlerContext ctx, boolean ack, ByteBuf in, int from, int length)
      throws Http2Exception {
    FrameFault.checkLength(length, PING_BYTES, "PING");
    if (!ack) {
      encoder.writePing(ctx, true, in.getLong(from), ctx.newPromise());
    }
  }

  void onGoAway(ByteBuf in, int from, int length) throws Http2Exception {
    if (length < GO_AWAY_BYTES) {
      throw FrameFault.size("GOAWAY of %d bytes", length);
    }
    int lastStreamId = in.getInt(from) & FrameDecoder.ID_BITS;
    long code = in.getUnsignedInt(from + Integer.BYTES);
    listener.onGoAway(lastStreamId, code);
    ByteBuf text = in.slice(from + GO_AWAY_BYTES, length - GO_AWAY_BYTES);
    connection.goAwayReceived(lastStreamId, code, text);
  }
}
