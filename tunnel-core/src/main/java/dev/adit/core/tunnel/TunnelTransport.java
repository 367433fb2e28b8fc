package dev.adit.core.tunnel;

import io.netty.buffer.ByteBuf;

/** Carries the messages of one tunnel stream. Confined to the loop of its connection. */
public interface TunnelTransport {
  /**
   * Whether the carrier takes more without piling it up. When it turns true again, {@link
   * TunnelStream#onReady} is called.
   */
  boolean isReady();

  /**
   * Sends one message; it leaves in this loop turn, before any task that is put on the loop
   * afterwards.
   *
   * @param message ownership passes to this method
   */
  void send(ByteBuf message);

  /** We have sent all we ever will; the peer may go on. */
  void finish();

  /** Ends the stream at once; safe to call on one that has ended. */
  void abort(TunnelException cause);
}
