package dev.adit.core.http2.read;

import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.Arrays;

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
public final class EndedStreams extends Http2ConnectionAdapter {
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

  /**
   * Of a new connection.
   *
   * @param maxStreams that the peer may have open
   * @param announcedWindow bytes that it may send on each once it has read our SETTINGS
   */
  public EndedStreams(Http2Connection connection, long maxStreams, int announcedWindow) {
    this.connection = connection;
    this.announcedWindow = announcedWindow;
    maxResets = (int) Math.max(1, Math.min(MOST_RESETS, maxStreams));
    connection.addListener(this);
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
  public void onRefused(int id) {
    if (id > highestId
        && connection.remote().isValidStreamId(id)
        && connection.stream(id) == null) {
      onUsed(id);
      remember(id, connection.local().flowController().initialWindowSize());
    }
  }

  /** We reset a stream, of which the peer may not have ended its side. */
  public void onReset(Http2Stream stream) {
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

  /** Whether a stream that is not there is one that was, or cannot be any more. */
  boolean hasBeen(int id) {
    if (!connection.isServer()) {
      return connection.local().mayHaveCreatedStream(id);
    }
    return id <= highestId && connection.remote().isValidStreamId(id) && !isAboveGoAway(id);
  }

  /** Whether a stream is above the last one of the peer's that our GOAWAY names. */
  boolean isAboveGoAway(int id) {
    Http2Connection.Endpoint<?> peer = connection.remote();
    return connection.goAwaySent() && peer.isValidStreamId(id) && id > peer.lastStreamKnownByPeer();
  }

  /**
   * Whether we have ended this stream before the peer did, and its window was not used up; the
   * frame is paid for.
   */
  boolean isForgiven(int id, int bytes, boolean last) {
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

  /** Whether the head of a stream that is not there has come late, and not to open it. */
  boolean isLateHead(int id) throws Http2Exception {
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

  /** The peer has reset what is over already: it sends no more of it. */
  void onPeerReset(int id) {
    isForgiven(id, 0, true);
  }
}
