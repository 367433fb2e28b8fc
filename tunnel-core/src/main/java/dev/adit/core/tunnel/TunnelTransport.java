package dev.adit.core.tunnel;

import io.netty.buffer.ByteBuf;

/** Carries the messages of one tunnel stream. Confined to the loop of its connection. */
public interface TunnelTransport {
  /**
   * Whether the carrier takes more without piling it up; at an agent's end that means that the
   * socket has all that was sent before. When it turns true again, {@link TunnelStream#onReady} is
   * called.
   */
  boolean isReady();

  /**
   * Sends one message. It leaves in this loop turn if the socket takes it; until it has, an agent's
   * carrier is not ready.
   *
   * @param message ownership passes to this method
   */
  void send(ByteBuf message);

  /** {@code stream} begins to beat; what it waits for may spare the carrier work. */
  default void onStart(TunnelStream stream) {}

  /** We have sent all we ever will; the peer may go on. */
  void finish();

  /** Ends the stream at once; safe to call on one that has ended. */
  void abort(TunnelException cause);
}
