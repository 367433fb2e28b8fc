package dev.adit.core.tunnel.grpc;

import dev.adit.core.tunnel.TunnelException;
import dev.adit.core.tunnel.TunnelTransport;
import io.grpc.ClientCall;
import io.netty.buffer.ByteBuf;

/** The agent's end of a tunnel over gRPC. */
public final class ClientTransport implements TunnelTransport {
  /**
   * Bytes in gRPC's hands from which on it is not ready: any. What it holds dies with the process,
   * so only what is in the socket counts as sent; and the socket itself holds enough to keep a link
   * busy.
   */
  public static final int READY_THRESHOLD_BYTES = 1;

  private final ClientCall<ByteBuf, ByteBuf> call;

  // state, confined to the tunnel's loop
  private boolean finished;
  private long sentBytes;

  public ClientTransport(ClientCall<ByteBuf, ByteBuf> call) {
    this.call = call;
  }

  @Override
  public boolean isReady() {
    return call.isReady();
  }

  @Override
  public void send(ByteBuf message) {
    sentBytes += message.readableBytes();
    call.sendMessage(message);
  }

  /** Bytes of messages that were handed to gRPC. */
  public long sentBytes() {
    return sentBytes;
  }

  @Override
  public void finish() {
    if (!finished) {
      finished = true;
      call.halfClose();
    }
  }

  @Override
  public void abort(TunnelException cause) {
    finished = true;
    call.cancel(cause.reason() + ": " + cause.getMessage(), null);
  }
}
