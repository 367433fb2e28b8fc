package dev.adit.conformance.proxy;

import dev.adit.testing.grpc.Bytes;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A stock gRPC server with a method of each kind that a proxy may treat in its own way. */
final class StockBackend implements AutoCloseable {
  /** Answers one message with itself. */
  static final MethodDescriptor<byte[], byte[]> ECHO = method("Echo", MethodType.UNARY);

  /** Answers with {@link #MESSAGES} messages. */
  static final MethodDescriptor<byte[], byte[]> LIST = method("List", MethodType.SERVER_STREAMING);

  /** Answers each message with itself, at once. */
  static final MethodDescriptor<byte[], byte[]> TALK = method("Talk", MethodType.BIDI_STREAMING);

  /** Fails with {@link #FAILURE}. */
  static final MethodDescriptor<byte[], byte[]> FAIL = method("Fail", MethodType.UNARY);

  /** Never answers. */
  static final MethodDescriptor<byte[], byte[]> WAIT = method("Wait", MethodType.UNARY);

  /** In trailers of all that end. */
  static final Metadata.Key<String> TRAILER =
      Metadata.Key.of("x-trailer", Metadata.ASCII_STRING_MARSHALLER);

  static final Status FAILURE = Status.FAILED_PRECONDITION.withDescription("out of stock: 50 % ü");
  static final int MESSAGES = 40;

  /** All of them together are more than what proxies let through of one body by default. */
  static final int MESSAGE_BYTES = 64 << 10;

  // deps
  private final Server server;

  // shared
  private final List<Metadata> heads = new CopyOnWriteArrayList<>();
  private final AtomicInteger waiting = new AtomicInteger();

  /** Listens on any port. */
  StockBackend() throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(
                ServerServiceDefinition.builder("stock.Store")
                    .addMethod(ECHO, handler(StockBackend::echo))
                    .addMethod(LIST, handler(StockBackend::list))
                    .addMethod(TALK, handler(StockBackend::echo))
                    .addMethod(FAIL, handler(StockBackend::fail))
                    .addMethod(WAIT, this::startWaiting)
                    .build())
            .build()
            .start();
  }

  private static MethodDescriptor<byte[], byte[]> method(String name, MethodType type) {
    return MethodDescriptor.newBuilder(new Bytes(), new Bytes())
        .setFullMethodName("stock.Store/" + name)
        .setType(type)
        .build();
  }

  private static Metadata trailers() {
    Metadata trailers = new Metadata();
    trailers.put(TRAILER, "from the backend");
    return trailers;
  }

  private interface Answer {
    ServerCall.Listener<byte[]> to(ServerCall<byte[], byte[]> call);
  }

  private static ServerCall.Listener<byte[]> echo(ServerCall<byte[], byte[]> call) {
    call.sendHeaders(new Metadata());
    return new ServerCall.Listener<>() {
      @Override
      public void onMessage(byte[] message) {
        call.sendMessage(message);
        call.request(1);
      }

      @Override
      public void onHalfClose() {
        call.close(Status.OK, trailers());
      }
    };
  }

  private static ServerCall.Listener<byte[]> list(ServerCall<byte[], byte[]> call) {
    return onRequest(
        () -> {
          call.sendHeaders(new Metadata());
          for (int i = 0; i < MESSAGES; i++) {
            call.sendMessage(new byte[MESSAGE_BYTES]);
          }
          call.close(Status.OK, trailers());
        });
  }

  private static ServerCall.Listener<byte[]> fail(ServerCall<byte[], byte[]> call) {
    return onRequest(() -> call.close(FAILURE, trailers()));
  }

  private static ServerCall.Listener<byte[]> onRequest(Runnable answer) {
    return new ServerCall.Listener<>() {
      @Override
      public void onHalfClose() {
        answer.run();
      }
    };
  }

  private ServerCallHandler<byte[], byte[]> handler(Answer answer) {
    return (call, head) -> {
      heads.add(head);
      call.request(2);
      return answer.to(call);
    };
  }

  private ServerCall.Listener<byte[]> startWaiting(ServerCall<byte[], byte[]> call, Metadata head) {
    call.request(2);
    waiting.incrementAndGet();
    return new ServerCall.Listener<>() {
      @Override
      public void onCancel() {
        waiting.decrementAndGet();
      }
    };
  }

  /** Calls of {@link #WAIT} that run. */
  int waiting() {
    return waiting.get();
  }

  /** Of the last call. */
  Metadata head() {
    return heads.get(heads.size() - 1);
  }

  String hostAndPort() {
    return "127.0.0.1:" + server.getPort();
  }

  @Override
  public void close() {
    server.shutdownNow();
  }
}
