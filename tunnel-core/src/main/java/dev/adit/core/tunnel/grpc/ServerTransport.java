package dev.adit.core.tunnel.grpc;

import dev.adit.core.tunnel.TunnelException;
import dev.adit.core.tunnel.TunnelStream;
import dev.adit.core.tunnel.TunnelTransport;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** The server's end of a tunnel over gRPC. */
public final class ServerTransport implements TunnelTransport {
  /**
   * Bytes that gRPC may hold before it says it is not ready: two messages. Nothing here waits for
   * what the socket has, as an agent does with {@code Accepted}.
   */
  private static final int READY_THRESHOLD_BYTES = 128 * 1024;

  private final ServerCall<ByteBuf, ByteBuf> call;
  private final @Nullable WakeThreshold threshold;
  private boolean ended;

  /** Answers the call with headers; messages may follow at once. */
  public ServerTransport(ServerCall<ByteBuf, ByteBuf> call) {
    this.call = call;
    threshold = WakeThreshold.of(call);
    call.setOnReadyThreshold(READY_THRESHOLD_BYTES);
    call.sendHeaders(new Metadata());
  }

  /** What the connection need not wake its loop for depends on the calls of {@code stream}. */
  @Override
  public void onStart(TunnelStream stream) {
    if (threshold != null) {
      threshold.follow(stream::awaitsLoneAnswer, () -> stream.callCount() == 0);
    }
  }

  @Override
  public boolean isReady() {
    return call.isReady();
  }

  @Override
  public void send(ByteBuf message) {
    call.sendMessage(message);
    if (threshold != null) {
      threshold.update();
    }
  }

  @Override
  public void finish() {
    end(Status.OK);
  }

  @Override
  public void abort(TunnelException cause) {
    String text = cause.reason() + ": " + cause.getMessage();
    end(
        cause.reason().equals("protocol")
            ? Status.INTERNAL.withDescription(text)
            : Status.UNAVAILABLE.withDescription(text));
  }

  /** Ends the stream with a status of its own; safe to call on one that has ended. */
  public void end(Status status) {
    if (!ended) {
      ended = true;
      call.close(status, new Metadata());
    }
  }
}
