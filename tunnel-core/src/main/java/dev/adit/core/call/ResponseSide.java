package dev.adit.core.call;

import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;

/**
 * The receiver of a call's response: what the backend's side tells the caller's side. Confined to
 * one event loop. Exactly one event ends it: a head, chunk or trailers marked or meant as last, or
 * {@link #onReset}; none follows.
 */
public interface ResponseSide {
  /**
   * An agent is about to give the call to a backend: it cannot be placed anywhere else from here
   * on. Comes at most once.
   *
   * @param upstream the upstream's name, for logs; may be empty
   * @param backend the backend's address, for logs and never for callers; may be empty
   */
  void onAccepted(AsciiString upstream, AsciiString backend);

  /**
   * The response begins, or is over with this.
   *
   * @param head not to be changed: other calls may have the same
   * @param last nothing follows: Trailers-Only, or a response without a body
   */
  void onHead(ResponseHead head, boolean last);

  /**
   * @param data body bytes, may be empty; ownership passes to this method
   * @param last nothing follows: an HTTP response without trailers
   */
  void onResponseChunk(ByteBuf data, boolean last);

  /**
   * The response is complete.
   *
   * @param trailers not to be changed: other calls may have the same
   */
  void onTrailers(HeaderFields trailers);

  /**
   * Request bytes that were handed over have left towards the backend, or were discarded.
   *
   * @param bytes positive
   */
  void onRequestConsumed(int bytes);

  /** The call failed. */
  void onReset(CallReset reset);
}
