package dev.adit.server.tunnel;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.adit.core.tunnel.grpc.ProxyMethod;
import dev.adit.proto.v1.Frame;
import dev.adit.proto.v1.TunnelMessage;
import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** gRPC's side of a stream: keeps what it is told, and refuses what comes after its end. */
final class FakeCall extends ServerCall<ByteBuf, ByteBuf> {
  /** Where all of them come from. */
  static final InetSocketAddress FROM = InetSocketAddress.createUnresolved("agent.example", 40_000);

  private final List<Frame> sent = new ArrayList<>();
  private @Nullable Status status;
  private long asked;

  List<Frame> sent() {
    return sent;
  }

  @Nullable Status status() {
    return status;
  }

  /** Messages that it was asked for since the start. */
  long asked() {
    return asked;
  }

  @Override
  public void request(int messages) {
    asked += messages;
  }

  @Override
  public void sendHeaders(Metadata headers) {}

  @Override
  public void sendMessage(ByteBuf message) {
    if (status != null) {
      throw new IllegalStateException("a message after the end");
    }
    try {
      sent.addAll(TunnelMessage.parseFrom(ByteBufUtil.getBytes(message)).getFramesList());
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    } finally {
      message.release();
    }
  }

  @Override
  public void close(Status end, Metadata trailers) {
    if (status != null) {
      throw new IllegalStateException("ended twice");
    }
    if (String.valueOf(end.getDescription()).startsWith("fault")) {
      throw new AssertionError("something was thrown while a message was read; the log has it");
    }
    status = end;
  }

  @Override
  public boolean isCancelled() {
    return false;
  }

  @Override
  public boolean isReady() {
    return status == null;
  }

  @Override
  public Attributes getAttributes() {
    return Attributes.newBuilder().set(Grpc.TRANSPORT_ATTR_REMOTE_ADDR, FROM).build();
  }

  @Override
  public MethodDescriptor<ByteBuf, ByteBuf> getMethodDescriptor() {
    return ProxyMethod.DESCRIPTOR;
  }
}
