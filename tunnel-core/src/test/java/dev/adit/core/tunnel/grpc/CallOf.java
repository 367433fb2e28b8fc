package dev.adit.core.tunnel.grpc;

import io.grpc.Attributes;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.netty.InternalProtocolNegotiationEvent;
import io.netty.buffer.ByteBuf;

/** A call of a connection whose negotiation has told of the threshold. */
final class CallOf extends ServerCall<ByteBuf, ByteBuf> {
  private final Attributes attributes;

  CallOf(WakeThreshold threshold) {
    attributes =
        InternalProtocolNegotiationEvent.getAttributes(
            WakeThreshold.toldOf(InternalProtocolNegotiationEvent.getDefault(), threshold));
  }

  @Override
  public Attributes getAttributes() {
    return attributes;
  }

  @Override
  public void request(int messages) {}

  @Override
  public void sendHeaders(Metadata headers) {}

  @Override
  public void sendMessage(ByteBuf message) {
    message.release();
  }

  @Override
  public void close(Status status, Metadata trailers) {}

  @Override
  public boolean isCancelled() {
    return false;
  }

  @Override
  public MethodDescriptor<ByteBuf, ByteBuf> getMethodDescriptor() {
    return ProxyMethod.DESCRIPTOR;
  }
}
