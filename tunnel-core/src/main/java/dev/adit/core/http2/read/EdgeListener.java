package dev.adit.core.http2.read;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;

/**
 * Takes what the peer of an edge sends for its streams, once it is known to be sound: in order, one
 * end a direction at most, within the windows. Called on the loop of the connection. A {@link
 * Http2Exception} resets the stream or ends the connection, as it says.
 */
public interface EdgeListener {
  /**
   * A head, or trailers where the stream has had its head.
   *
   * @param headers made by the decoder that the connection was built with, borrowed and not to be
   *     changed; of a list that {@link #isCut} only what was kept, and not checked for what a list
   *     must have
   * @param last whether the peer has ended its side; the stream's state follows after the call
   */
  void onHeaders(Http2Stream stream, Http2Headers headers, boolean last) throws Http2Exception;

  /** Whether this list was larger than may be; what is more than that is not there. */
  boolean isCut(Http2Headers headers);

  /**
   * Body bytes, without their padding.
   *
   * @param data valid during the call; who keeps it retains it
   * @return how many of these bytes are of no use and may be given back to the peer at once; the
   *     others are given back by who keeps them
   */
  int onChunk(Http2Stream stream, ByteBuf data, boolean last) throws Http2Exception;

  /**
   * Whether a response on this stream answers HEAD: it has no body, whatever length it announces.
   */
  default boolean answersHead(Http2Stream stream) {
    return false;
  }

  /**
   * RST_STREAM; the stream is closed after the call.
   *
   * @param code of HTTP/2, unsigned
   */
  void onReset(Http2Stream stream, long code) throws Http2Exception;

  /** SETTINGS, which are in force now. */
  default void onSettings() {}

  /**
   * GOAWAY; the streams above are closed after the call.
   *
   * @param lastStreamId the last of ours that the peer may have acted on
   * @param code of HTTP/2, unsigned
   */
  default void onGoAway(int lastStreamId, long code) {}
}
