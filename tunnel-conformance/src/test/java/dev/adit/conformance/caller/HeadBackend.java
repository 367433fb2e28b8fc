package dev.adit.conformance.caller;

import dev.adit.testing.grpc.Bytes;
import io.grpc.HandlerRegistry;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** A stock gRPC backend that keeps the metadata of its calls and answers each with nothing. */
public final class HeadBackend extends HandlerRegistry implements AutoCloseable {
  public static final MethodDescriptor<byte[], byte[]> METHOD =
      MethodDescriptor.<byte[], byte[]>newBuilder(new Bytes(), new Bytes())
          .setFullMethodName("shop.Cart/Get")
          .setType(MethodDescriptor.MethodType.UNARY)
          .build();

  // deps
  private final Server server;

  // shared
  private final List<Metadata> heads = new CopyOnWriteArrayList<>();
  private final BlockingQueue<Status> failures = new LinkedBlockingQueue<>();

  /** Listens on any port. */
  public HeadBackend() throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .fallbackHandlerRegistry(this)
            .build()
            .start();
  }

  public String hostAndPort() {
    return "127.0.0.1:" + server.getPort();
  }

  /** The next call that has no failure before it ends so. */
  public void failNext(Status status) {
    failures.add(status);
  }

  /** Of all calls so far. */
  public List<Metadata> heads() {
    return heads;
  }

  @Override
  public @Nullable ServerMethodDefinition<?, ?> lookupMethod(
      String method, @Nullable String authority) {
    return ServerMethodDefinition.create(METHOD, this::start);
  }

  private ServerCall.Listener<byte[]> start(ServerCall<byte[], byte[]> call, Metadata head) {
    heads.add(head);
    call.request(2);
    return new ServerCall.Listener<>() {
      @Override
      public void onHalfClose() {
        @Nullable Status failure = failures.poll();
        if (failure == null) {
          call.sendHeaders(new Metadata());
          call.sendMessage(new byte[0]);
        }
        call.close(failure == null ? Status.OK : failure, new Metadata());
      }
    };
  }

  @Override
  public void close() {
    server.shutdownNow();
  }
}
