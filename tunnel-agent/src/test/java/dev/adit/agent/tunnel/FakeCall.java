package dev.adit.agent.tunnel;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.adit.proto.v1.Frame;
import dev.adit.proto.v1.TunnelMessage;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * gRPC's side of a dialled tunnel, on which the test is the server: keeps what is sent, hands on
 * what is received, and refuses what gRPC refuses.
 */
final class FakeCall extends ClientCall<ByteBuf, ByteBuf> {
  // deps
  private final EventLoop loop;

  // state
  private final List<Frame> sent = new ArrayList<>();
  private @Nullable Listener<ByteBuf> listener;
  private @Nullable Metadata headers;
  private boolean cancelled;
  private boolean halfClosed;
  private boolean closed;
  private boolean broken;
  private long asked;

  FakeCall(EventLoop loop) {
    this.loop = loop;
  }

  /** A channel on which this is the only call. */
  ManagedChannel channel() {
    return new Channel();
  }

  /** From now on its channel cannot be shut. */
  void breakChannel() {
    broken = true;
  }

  List<Frame> sent() {
    return sent;
  }

  @Nullable Metadata headers() {
    return headers;
  }

  /** Whether the stream has ended, or its end is on its way. */
  boolean isOver() {
    return cancelled || closed;
  }

  boolean isHalfClosed() {
    return halfClosed;
  }

  /** The server sends a message. */
  void receive(byte[] message) {
    if (!isOver()) {
      heard().onMessage(Unpooled.wrappedBuffer(message));
    }
  }

  void receive(TunnelMessage message) {
    receive(message.toByteArray());
  }

  void ready() {
    if (!isOver()) {
      heard().onReady();
    }
  }

  /** The server, or the connection, ends the stream. */
  void end(Status status) {
    if (!closed) {
      closed = true;
      heard().onClose(status, new Metadata());
    }
  }

  private Listener<ByteBuf> heard() {
    Listener<ByteBuf> started = listener;
    if (started == null) {
      throw new IllegalStateException("not started");
    }
    return started;
  }

  @Override
  public void start(Listener<ByteBuf> to, Metadata with) {
    if (listener != null) {
      throw new IllegalStateException("started twice");
    }
    listener = to;
    headers = with;
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
  public void cancel(@Nullable String message, @Nullable Throwable cause) {
    if (String.valueOf(message).startsWith("fault")) {
      throw new AssertionError("something was thrown while a message was read; the log has it");
    }
    if (!cancelled) {
      cancelled = true;
      loop.execute(() -> end(Status.CANCELLED.withDescription(message)));
    }
  }

  @Override
  public void halfClose() {
    if (cancelled || halfClosed) {
      throw new IllegalStateException("half-closed after the end");
    }
    halfClosed = true;
  }

  @Override
  public void sendMessage(ByteBuf message) {
    try {
      if (cancelled || halfClosed) {
        throw new IllegalStateException("a message after the end");
      }
      sent.addAll(TunnelMessage.parseFrom(ByteBufUtil.getBytes(message)).getFramesList());
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    } finally {
      message.release();
    }
  }

  @Override
  public boolean isReady() {
    return !isOver();
  }

  private final class Channel extends ManagedChannel {
    private boolean shut;

    @Override
    @SuppressWarnings("unchecked") // There is only one method.
    public <Q, A> ClientCall<Q, A> newCall(MethodDescriptor<Q, A> method, CallOptions options) {
      return (ClientCall<Q, A>) FakeCall.this;
    }

    @Override
    public String authority() {
      return "server.example";
    }

    @Override
    public ManagedChannel shutdown() {
      if (broken) {
        throw new IllegalStateException("not to be shut");
      }
      shut = true;
      return this;
    }

    @Override
    public ManagedChannel shutdownNow() {
      return shutdown();
    }

    @Override
    public boolean isShutdown() {
      return shut;
    }

    @Override
    public boolean isTerminated() {
      return shut;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
      return shut;
    }
  }
}
