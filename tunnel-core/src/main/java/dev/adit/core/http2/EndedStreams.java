package dev.adit.core.http2;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Tells frames that come late from faults, for streams that are over (RFC 9113 5.1). What was under
 * way when we reset a stream is dropped without a word, as far as the peer's window went; what
 * comes after the peer itself has ended the stream, or on an id that it has passed over, is a
 * fault. Confined to the loop of one connection.
 *
 * <p>The accepting side remembers as many of its resets as there may be streams: a peer that has
 * not heard of one counts its stream as open, and of all later ones as well. The dialling side
 * forgives every late frame, for it may reset more streams than that within one round trip.
 */
final class EndedStreams extends Http2ConnectionAdapter {
  /** Of resets, whatever number of streams is allowed. */
  private static final int MOST_RESETS = 4096;

  /** Of gaps between a peer's ids: clients leave one at the start, or none. */
  private static final int MOST_GAPS = 16;

  private static final int FIRST_RESETS = 8;
  private static final int GONE = 0;

  // deps
  private final Http2Connection connection;
  private final int maxResets;
  private final int announcedWindow;

  // state, confined to the loop
  private int highestId = -1;
  private int[] gaps = {};
  private int[] resets = {};
  private long[] allowances = {};
  private int nextReset;
  private @Nullable Sorting sorting;

  /**
   * Of a new connection.
   *
   * @param maxStreams that the peer may have open
   * @param announcedWindow bytes that it may send on each once it has read our SETTINGS
   */
  EndedStreams(Http2Connection connection, long maxStreams, int announcedWindow) {
    this.connection = connection;
    this.announcedWindow = announcedWindow;
    maxResets = (int) Math.max(1, Math.min(MOST_RESETS, maxStreams));
    connection.addListener(this);
  }

  /** A listener that sorts out what comes for streams that are over. */
  Http2FrameListener before(Http2FrameListener listener) {
    Sorting now = sorting;
    if (now == null || now.target != listener) {
      now = new Sorting(listener);
      sorting = now;
    }
    return now;
  }

  @Override
  public void onStreamAdded(Http2Stream stream) {
    if (connection.remote().isValidStreamId(stream.id())) {
      onUsed(stream.id());
    }
  }

  private void onUsed(int id) {
    if (id <= highestId) {
      return;
    }
    if (id > highestId + 2 && gaps.length < 2 * MOST_GAPS) {
      gaps = Arrays.copyOf(gaps, gaps.length + 2);
      gaps[gaps.length - 2] = highestId + 2;
      gaps[gaps.length - 1] = id - 2;
    }
    highestId = id;
  }

  /**
   * A stream that is not there has to be reset: if it is new, its peer does not know that it never
   * began.
   */
  void onRefused(int id) {
    if (id > highestId
        && connection.remote().isValidStreamId(id)
        && connection.stream(id) == null) {
      onUsed(id);
      remember(id, connection.local().flowController().initialWindowSize());
    }
  }

  /** We reset a stream, of which the peer may not have ended its side. */
  void onReset(Http2Stream stream) {
    if (stream.state().remoteSideOpen()
        && !stream.isResetSent()
        && connection.remote().isValidStreamId(stream.id())) {
      remember(stream.id(), connection.local().flowController().windowSize(stream));
    }
  }

  private void remember(int id, int window) {
    if (nextReset == resets.length && resets.length < maxResets) {
      int length = Math.min(maxResets, Math.max(FIRST_RESETS, 2 * resets.length));
      resets = Arrays.copyOf(resets, length);
      allowances = Arrays.copyOf(allowances, length);
    }
    nextReset = nextReset == resets.length ? 0 : nextReset;
    resets[nextReset] = id;
    // The peer may not have read our SETTINGS yet when the window was looked up.
    allowances[nextReset] = (long) window + announcedWindow;
    nextReset++;
  }

  private boolean isOver(int id) {
    return connection.stream(id) == null && hasBeen(id);
  }

  /** Whether a stream that is not there is one that was, or cannot be any more. */
  private boolean hasBeen(int id) {
    if (!connection.isServer()) {
      return connection.local().mayHaveCreatedStream(id);
    }
    Http2Connection.Endpoint<?> peer = connection.remote();
    // What comes for streams above the one that our GOAWAY names is dropped by the codec.
    return id <= highestId
        && peer.isValidStreamId(id)
        && !(connection.goAwaySent() && id > peer.lastStreamKnownByPeer());
  }

  /**
   * Whether we have ended this stream before the peer did, and its window was not used up; the
   * frame is paid for.
   */
  private boolean isForgiven(int id, int bytes, boolean last) {
    if (!connection.isServer()) {
      return true;
    }
    int at = indexOfReset(id);
    if (at < 0) {
      return false;
    }
    allowances[at] -= Math.max(1, bytes);
    boolean within = allowances[at] >= 0;
    if (last || !within) {
      resets[at] = GONE;
    }
    return within;
  }

  private int indexOfReset(int id) {
    for (int i = 0; i < resets.length; i++) {
      if (resets[i] == id) {
        return i;
      }
    }
    return -1;
  }

  private boolean isPassedOver(int id) {
    for (int i = 0; i < gaps.length; i += 2) {
      if (gaps[i] <= id && id <= gaps[i + 1]) {
        return true;
      }
    }
    return false;
  }

  /** Whether a header list has come late; a stream takes no second one after its end. */
  private boolean isLateHead(int id) throws Http2Exception {
    Http2Stream stream = connection.stream(id);
    if (stream != null) {
      if (stream.state() == Http2Stream.State.HALF_CLOSED_REMOTE && !stream.isResetSent()) {
        throw closed(id, "HEADERS");
      }
      return false;
    }
    if (!hasBeen(id)) {
      return false;
    }
    if (isForgiven(id, 0, true)) {
      return true;
    }
    if (isPassedOver(id)) {
      throw Http2Exception.connectionError(
          Http2Error.PROTOCOL_ERROR, "stream %d is below %d, the last one", id, highestId);
    }
    throw Http2Exception.connectionError(
        Http2Error.STREAM_CLOSED, "HEADERS on stream %d, which is over", id);
  }

  private static Http2Exception closed(int id, String frame) {
    return Http2Exception.streamError(
        id, Http2Error.STREAM_CLOSED, "%s on stream %d, which the peer has ended", frame, id);
  }

  /** Sees every frame. */
  private final class Sorting extends Http2FrameListenerDecorator {
    private final Http2FrameListener target;

    Sorting(Http2FrameListener listener) {
      super(listener);
      target = listener;
    }

    @Override
    public int onDataRead(
        ChannelHandlerContext ctx, int streamId, ByteBuf data, int padding, boolean last)
        throws Http2Exception {
      if (!isOver(streamId)) {
        return super.onDataRead(ctx, streamId, data, padding, last);
      }
      // Late or not, it has used the connection's window.
      connection.local().flowController().receiveFlowControlledFrame(null, data, padding, last);
      int bytes = data.readableBytes() + padding;
      if (!isForgiven(streamId, bytes, last)) {
        throw closed(streamId, "DATA");
      }
      return bytes;
    }

    @Override
    public void onHeadersRead(
        ChannelHandlerContext ctx, int streamId, Http2Headers headers, int padding, boolean last)
        throws Http2Exception {
      if (!isLateHead(streamId)) {
        super.onHeadersRead(ctx, streamId, headers, padding, last);
      }
    }

    @Override
    public void onHeadersRead(
        ChannelHandlerContext ctx,
        int streamId,
        Http2Headers headers,
        int dependency,
        short weight,
        boolean exclusive,
        int padding,
        boolean last)
        throws Http2Exception {
      if (!isLateHead(streamId)) {
        super.onHeadersRead(ctx, streamId, headers, dependency, weight, exclusive, padding, last);
      }
    }

    @Override
    public void onRstStreamRead(ChannelHandlerContext ctx, int streamId, long code)
        throws Http2Exception {
      if (!isOver(streamId)) {
        super.onRstStreamRead(ctx, streamId, code);
        return;
      }
      isForgiven(streamId, 0, true);
    }

    @Override
    public void onWindowUpdateRead(ChannelHandlerContext ctx, int streamId, int increment)
        throws Http2Exception {
      if (!isOver(streamId)) {
        super.onWindowUpdateRead(ctx, streamId, increment);
      }
    }
  }
}
