package dev.adit.core.http2.read;

import dev.adit.core.http2.flood.ConnectionLimits;
import dev.adit.core.http2.flood.Flood;
import dev.adit.core.http2.flood.FloodGuard;
import dev.adit.core.http2.turn.TurnShare;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameTypes;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersDecoder;
import io.netty.handler.codec.http2.Http2LifecycleManager;
import io.netty.handler.codec.http2.Http2LocalFlowController;
import io.netty.handler.codec.http2.Http2Settings;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the frames of a connection and checks their shape (RFC 9113 4 to 6). Each is shown to the
 * guard first, if there is one, and read where it lies. Confined to the loop of the connection.
 *
 * <p>The preface is read by Netty's handler, which lets nothing but SETTINGS be the first frame.
 */
public final class FrameDecoder implements Http2ConnectionDecoder {
  private static final int HEAD_BYTES = 9;
  private static final int TYPE_AT = 3;
  private static final int FLAGS_AT = 4;
  private static final int STREAM_ID_AT = 5;
  static final int ID_BITS = 0x7fffffff;

  private static final int ACK = 0x1;
  private static final int END_STREAM = 0x1;
  private static final int END_HEADERS = 0x4;
  private static final int PADDED = 0x8;
  private static final int PRIORITY = 0x20;

  private static final int PRIORITY_BYTES = 5;

  /** A peer that we have dialled may cut a header list as it likes. */
  private static final int DIALLED_SMALL_PIECES = 1024;

  // deps
  private final Http2Connection connection;
  private final Http2ConnectionEncoder encoder;
  private final ReceiveWindows windows;
  private final StreamFrames streams;
  private final ConnectionFrames whole;
  private final HeaderBlock block;
  private final @Nullable FloodGuard guard;
  private final @Nullable TurnShare share;
  private final @Nullable ListTimer listTimer;
  private final int maxSmallPieces;

  // state, confined to the loop
  private boolean failed;

  /**
   * A decoder of a new connection.
   *
   * @param headersDecoder of this connection alone
   * @param limits null: the peer is one that we have dialled, and has none
   * @param guard counts what the peer sends; null where {@code limits} is
   * @param share null where {@code limits} is
   */
  public FrameDecoder(
      Http2Connection connection,
      Http2ConnectionEncoder encoder,
      Http2HeadersDecoder headersDecoder,
      ReceiveWindows windows,
      EndedStreams ended,
      EdgeListener listener,
      @Nullable ConnectionLimits limits,
      @Nullable FloodGuard guard,
      @Nullable TurnShare share) {
    this.connection = connection;
    this.encoder = encoder;
    this.windows = windows.frameWriter(encoder.frameWriter());
    this.guard = guard;
    this.share = share;
    streams = new StreamFrames(connection, ended, windows, listener);
    whole =
        new ConnectionFrames(
            connection, encoder, headersDecoder.configuration(), windows, listener);
    block = new HeaderBlock(headersDecoder, guard);
    if (limits == null || guard == null) {
      listTimer = null;
      maxSmallPieces = DIALLED_SMALL_PIECES;
    } else {
      listTimer = new ListTimer(guard, limits.greetingTimeout());
      maxSmallPieces = limits.floods().continuations();
    }
  }

  @Override
  public void lifecycleManager(Http2LifecycleManager manager) {
    streams.lifecycleManager(manager);
  }

  @Override
  public Http2Connection connection() {
    return connection;
  }

  @Override
  public Http2LocalFlowController flowController() {
    return windows;
  }

  @Override
  public void frameListener(Http2FrameListener other) {
    throw new UnsupportedOperationException("the EdgeListener is told");
  }

  @Override
  public Http2FrameListener frameListener() {
    throw new UnsupportedOperationException("the EdgeListener is told");
  }

  @Override
  public boolean prefaceReceived() {
    return whole.isGreeted();
  }

  @Override
  public Http2Settings localSettings() {
    return whole.localSettings();
  }

  @Override
  public void close() {
    block.close();
    stopTimer();
  }

  private void stopTimer() {
    if (listTimer != null) {
      listTimer.stop();
    }
  }

  @Override
  public void decodeFrame(ChannelHandlerContext ctx, ByteBuf in, List<Object> out)
      throws Http2Exception {
    boolean going = true;
    while (going && !isOver() && !isHeld()) {
      try {
        going = readFrame(ctx, in);
      } catch (Http2Exception.StreamException e) {
        // Here, and not where Netty would: the way there costs an attacker nothing, and us much.
        streams.lifecycle().onError(ctx, false, e);
      } catch (Http2Exception | RuntimeException | Error e) {
        // An error too: a body must not go on without the bytes that there was no memory for.
        failed = true;
        throw e;
      }
    }
    if (isOver()) {
      in.skipBytes(in.readableBytes());
      return;
    }
    if (listTimer != null && !isHeld() && isListUnfinished(in)) {
      listTimer.start(ctx, streams.lifecycle());
    }
  }

  /** Whether the connection has been ended for what the peer has sent: nothing counts any more. */
  private boolean isOver() {
    return failed || (guard != null && guard.isOver());
  }

  /** The next turn reads on; what is left in the input may be whole. */
  private boolean isHeld() {
    return share != null && share.isUsedUp();
  }

  /** What is left in the input is the beginning of a frame. */
  private boolean isListUnfinished(ByteBuf in) {
    return block.isOpen()
        || (in.readableBytes() > TYPE_AT
            && in.getByte(in.readerIndex() + TYPE_AT) == Http2FrameTypes.HEADERS);
  }

  /** Reads one frame, if it is whole. */
  private boolean readFrame(ChannelHandlerContext ctx, ByteBuf in) throws Http2Exception {
    int readable = in.readableBytes();
    if (readable < HEAD_BYTES) {
      return false;
    }
    int at = in.readerIndex();
    int length = in.getUnsignedMedium(at);
    if (length > Http2CodecUtil.DEFAULT_MAX_FRAME_SIZE) {
      throw FrameFault.size("a frame of %d bytes", length);
    }
    if (readable < HEAD_BYTES + length) {
      return false;
    }
    int type = in.getUnsignedByte(at + TYPE_AT);
    int flags = in.getUnsignedByte(at + FLAGS_AT);
    int id = in.getInt(at + STREAM_ID_AT) & ID_BITS;
    // It is read by index from here: nothing that it brings about meets half a frame.
    in.readerIndex(at + HEAD_BYTES + length);
    if (guard != null) {
      guard.onFrame(type, flags, ctx.executor().ticker());
    }
    if (block.isOpen() && type != Http2FrameTypes.CONTINUATION) {
      throw FrameFault.protocol(
          "a frame of type %d within the header list of %d", type, block.streamId());
    }
    dispatch(ctx, type, flags, id, in, at + HEAD_BYTES, length);
    return true;
  }

  private void dispatch(
      ChannelHandlerContext ctx, int type, int flags, int id, ByteBuf in, int from, int length)
      throws Http2Exception {
    switch (type) {
      case Http2FrameTypes.DATA -> readData(ctx, flags, id, in, from, length);
      case Http2FrameTypes.HEADERS -> readHeaders(ctx, flags, id, in, from, length);
      case Http2FrameTypes.CONTINUATION -> readContinuation(ctx, flags, id, in, from, length);
      case Http2FrameTypes.WINDOW_UPDATE -> {
        FrameFault.checkLength(length, Integer.BYTES, "WINDOW_UPDATE");
        readWindowUpdate(id, in.getInt(from) & ID_BITS);
      }
      case Http2FrameTypes.RST_STREAM -> {
        FrameFault.checkStream(id, "RST_STREAM");
        FrameFault.checkLength(length, Integer.BYTES, "RST_STREAM");
        streams.onReset(ctx, id, in.getUnsignedInt(from));
      }
      case Http2FrameTypes.PRIORITY -> checkPriority(id, in, from, length);
      case Http2FrameTypes.SETTINGS -> {
        FrameFault.checkConnection(id, "SETTINGS");
        if ((flags & ACK) != 0) {
          whole.onSettingsAck(length);
        } else {
          whole.onSettings(ctx, in, from, length);
        }
      }
      case Http2FrameTypes.PING -> {
        FrameFault.checkConnection(id, "PING");
        whole.onPing(ctx, (flags & ACK) != 0, in, from, length);
      }
      case Http2FrameTypes.GO_AWAY -> {
        FrameFault.checkConnection(id, "GOAWAY");
        whole.onGoAway(in, from, length);
      }
      // We tell servers not to (RFC 9113 8.4), and callers never may.
      case Http2FrameTypes.PUSH_PROMISE ->
          throw FrameFault.protocol("PUSH_PROMISE on stream %d", id);
      default -> {
        // An extension (RFC 9113 5.5); we have none.
      }
    }
  }

  /** RFC 9113 6.1. */
  private void readData(
      ChannelHandlerContext ctx, int flags, int id, ByteBuf in, int from, int length)
      throws Http2Exception {
    FrameFault.checkStream(id, "DATA");
    boolean last = (flags & END_STREAM) != 0;
    int padding = padding(flags, in, from, length, 0);
    int bytes = length - padding;
    if (guard != null) {
      guard.onChunk(bytes == 0 && !last);
    }
    int at = (flags & PADDED) == 0 ? from : from + 1;
    ByteBuf data = in.retainedSlice(at, bytes);
    try {
      streams.onChunk(ctx, id, data, padding, last);
    } finally {
      data.release();
    }
  }

  /**
   * Bytes of padding with its length (RFC 9113 6.1, 6.2), or 0.
   *
   * @param fields bytes that a frame of this kind has beside
   */
  private static int padding(int flags, ByteBuf in, int from, int length, int fields)
      throws Http2Exception {
    int least = fields + ((flags & PADDED) == 0 ? 0 : 1);
    if (length < least) {
      throw FrameFault.size("a frame of %d bytes that lacks fields", length);
    }
    int padding = (flags & PADDED) == 0 ? 0 : 1 + in.getUnsignedByte(from);
    if (padding + fields > length) {
      throw FrameFault.protocol("padding of %d bytes in a frame of %d", padding, length);
    }
    return padding;
  }

  /** RFC 9113 6.2; what it says of priority is not followed (5.3.2). */
  private void readHeaders(
      ChannelHandlerContext ctx, int flags, int id, ByteBuf in, int from, int length)
      throws Http2Exception {
    FrameFault.checkStream(id, "HEADERS");
    int fields = (flags & PRIORITY) == 0 ? 0 : PRIORITY_BYTES;
    int padding = padding(flags, in, from, length, fields);
    int at = (flags & PADDED) == 0 ? from : from + 1;
    if (fields > 0 && (in.getInt(at) & ID_BITS) == id) {
      throw FrameFault.protocol("stream %d depends on itself", id);
    }
    block.begin(id, (flags & END_STREAM) != 0);
    readBlock(ctx, flags, in, at + fields, length - padding - fields);
  }

  /** RFC 9113 6.10. */
  private void readContinuation(
      ChannelHandlerContext ctx, int flags, int id, ByteBuf in, int from, int length)
      throws Http2Exception {
    if (!block.isOpen() || id != block.streamId()) {
      throw FrameFault.protocol("CONTINUATION on stream %d, of no header list", id);
    }
    if (block.smallPieces() >= maxSmallPieces) {
      throw tooManyPieces();
    }
    readBlock(ctx, flags, in, from, length);
  }

  private Http2Exception tooManyPieces() throws Http2Exception {
    if (guard != null) {
      guard.check(false, Flood.CONTINUATIONS);
    }
    return Http2Exception.connectionError(
        Http2Error.ENHANCE_YOUR_CALM, "a header list in more than %d pieces", maxSmallPieces);
  }

  private void readBlock(ChannelHandlerContext ctx, int flags, ByteBuf in, int from, int length)
      throws Http2Exception {
    int id = block.streamId();
    boolean end = (flags & END_HEADERS) != 0;
    if (end) {
      stopTimer();
    }
    Http2Headers headers = block.add(ctx.alloc(), in, from, length, end);
    if (headers != null) {
      if (guard != null && streams.isCut(headers)) {
        // It may be answered in other words than by a reset, and costs us no less.
        guard.onForcedReset(ctx.executor().ticker().nanoTime());
      }
      try {
        streams.onHeaders(ctx, id, headers, block.isLast());
      } finally {
        block.done(headers);
      }
      if (share != null) {
        share.onCall();
      }
    }
  }

  /** RFC 9113 6.9: an increment of nothing is a fault. */
  private void readWindowUpdate(int id, int bytes) throws Http2Exception {
    if (bytes == 0) {
      throw Http2Exception.streamError(
          id, Http2Error.PROTOCOL_ERROR, "WINDOW_UPDATE of stream %d by nothing", id);
    }
    streams.onWindowUpdate(encoder.flowController(), id, bytes);
  }

  /** RFC 9113 6.3: checked, and not followed. */
  private static void checkPriority(int id, ByteBuf in, int from, int length)
      throws Http2Exception {
    FrameFault.checkStream(id, "PRIORITY");
    if (length != PRIORITY_BYTES) {
      throw Http2Exception.streamError(
          id, Http2Error.FRAME_SIZE_ERROR, "PRIORITY of %d bytes", length);
    }
    if ((in.getInt(from) & ID_BITS) == id) {
      throw Http2Exception.streamError(
          id, Http2Error.PROTOCOL_ERROR, "stream %d depends on itself", id);
    }
  }
}
