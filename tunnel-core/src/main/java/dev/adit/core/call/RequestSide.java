package dev.adit.core.call;

import io.netty.buffer.ByteBuf;

/**
 * The receiver of a call's request: what the caller's side tells the backend's side. Confined to
 * one event loop. No event follows the last chunk but {@link #onResponseConsumed} and {@link
 * #onCancel}; none follows {@link #onCancel}.
 */
public interface RequestSide {
  /**
   * @param data body bytes, may be empty; ownership passes to this method
   * @param last the caller has half-closed
   */
  void onRequestChunk(ByteBuf data, boolean last);

  /**
   * Response bytes that were handed over have left towards the caller, or were discarded.
   *
   * @param bytes positive
   */
  void onResponseConsumed(int bytes);

  /** The call is over before its response is. */
  void onCancel(CallReset reset);
}
