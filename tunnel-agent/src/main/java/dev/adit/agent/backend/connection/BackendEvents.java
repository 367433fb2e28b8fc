package dev.adit.agent.backend.connection;

import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.ResponseHead;
import io.netty.buffer.ByteBuf;

/**
 * What one stream to a backend tells. Confined to the loop of the connection. Exactly one event
 * ends it: one marked or meant as last, {@link #onReset}, {@link #onRefused}, {@link #onTooLarge}
 * or {@link #onLost}; none follows.
 */
public interface BackendEvents {
  /**
   * The response begins, or is over with this.
   *
   * @param head not to be changed: other calls may have the same
   */
  void onHead(ResponseHead head, boolean last);

  /**
   * Body bytes of the response.
   *
   * @param data ownership passes to this method
   */
  void onChunk(ByteBuf data, boolean last);

  /**
   * The response is over.
   *
   * @param trailers not to be changed: other calls may have the same
   */
  void onTrailers(HeaderFields trailers);

  /** The backend ended the stream by RST_STREAM. */
  void onReset(long http2Code);

  /**
   * The backend has not looked at the call: REFUSED_STREAM, or GOAWAY below our stream (RFC 9113
   * 8.7).
   */
  void onRefused();

  /** The backend's head, or its trailers, are larger than we take; the stream is reset. */
  void onTooLarge();

  /** The connection ended under the call. */
  void onLost();
}
