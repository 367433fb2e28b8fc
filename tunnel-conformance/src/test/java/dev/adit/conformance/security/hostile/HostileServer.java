package dev.adit.conformance.security.hostile;

import com.google.protobuf.ByteString;
import dev.adit.proto.v1.Frame;
import dev.adit.proto.v1.Header;
import dev.adit.proto.v1.Hello;
import dev.adit.proto.v1.RequestHead;
import dev.adit.proto.v1.TunnelMessage;
import dev.adit.proto.v1.TunnelServiceGrpc;
import dev.adit.proto.v1.Welcome;
import dev.adit.testing.grpc.Bytes;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A server that speaks the tunnel's protocol with stock gRPC and means no good: each tunnel that an
 * agent opens is given to a script, in a thread of its own.
 */
final class HostileServer implements AutoCloseable {
  /** gRPC warns of each tunnel that an agent ends; kept, since loggers are not otherwise. */
  private static final Logger STREAM_ERRORS = Logger.getLogger("io.grpc.netty.NettyServerHandler");

  static {
    STREAM_ERRORS.setLevel(Level.OFF);
  }

  private static final int WAIT_SECONDS = 20;
  private static final int WINDOW = 1024;
  private static final int DEAD_AFTER_MILLIS = 120_000;

  /** What is done with one tunnel, whose agent has said hello. */
  @FunctionalInterface
  interface Script {
    void play(Visit visit) throws Exception;
  }

  // deps
  private final String name;
  private final Script script;
  private final Server server;
  private final ExecutorService threads = Executors.newCachedThreadPool(HostileServer::thread);

  // shared
  private final AtomicInteger begun = new AtomicInteger();
  private final AtomicInteger begunAfterAnEnd = new AtomicInteger();
  private final AtomicInteger played = new AtomicInteger();
  private final List<Throwable> failures = new CopyOnWriteArrayList<>();
  private volatile boolean oneHasEnded;
  private volatile boolean closed;

  HostileServer(String name, Script script) throws IOException {
    this.name = name;
    this.script = script;
    MethodDescriptor<byte[], byte[]> method =
        MethodDescriptor.<byte[], byte[]>newBuilder(new Bytes(), new Bytes())
            .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
            .setFullMethodName(TunnelServiceGrpc.getProxyMethod().getFullMethodName())
            .build();
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(
                ServerServiceDefinition.builder(TunnelServiceGrpc.SERVICE_NAME)
                    .addMethod(method, this::accept)
                    .build())
            .build()
            .start();
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "hostile-server");
    thread.setDaemon(true);
    return thread;
  }

  String name() {
    return name;
  }

  int port() {
    return server.getPort();
  }

  /** Tunnels so far. */
  int tunnels() {
    return begun.get();
  }

  /** Tunnels that were opened when one had ended before. */
  int tunnelsAfterAnEnd() {
    return begunAfterAnEnd.get();
  }

  /** Tunnels whose script has come to its end. */
  int played() {
    return played.get();
  }

  /** What went otherwise than a script expects. */
  List<Throwable> failures() {
    return failures;
  }

  private ServerCall.Listener<byte[]> accept(ServerCall<byte[], byte[]> call, Metadata headers) {
    begun.incrementAndGet();
    if (oneHasEnded) {
      begunAfterAnEnd.incrementAndGet();
    }
    Visit visit = new Visit(call);
    call.sendHeaders(new Metadata());
    call.request(Integer.MAX_VALUE);
    threads.execute(() -> play(visit));
    return visit;
  }

  private void play(Visit visit) {
    try {
      script.play(visit);
      played.incrementAndGet();
    } catch (Exception | AssertionError e) {
      if (!closed) {
        failures.add(new AssertionError(name + ": " + e, e));
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    threads.shutdownNow();
    server.shutdownNow();
  }

  /** A welcome that there is nothing to say against. */
  static Welcome.Builder welcome() {
    return Welcome.newBuilder()
        .setServerId("server")
        .addGroups("shop")
        .setLoops(1)
        .setInitialWindow(WINDOW)
        .setCallWindow(WINDOW)
        .setHeartbeatMs(1000)
        .setDeadAfterMs(DEAD_AFTER_MILLIS);
  }

  /** The head of a call that there is nothing to say against, from names and values in turn. */
  static RequestHead.Builder head(String... fields) {
    RequestHead.Builder head =
        RequestHead.newBuilder()
            .setMethod(bytes("POST"))
            .setScheme(bytes("http"))
            .setAuthority(bytes("shop.example"))
            .setPath(bytes("/shop.Cart/Get"))
            .setGroup("shop")
            .setRule("all")
            .setAttempt(1)
            .setWindow(WINDOW);
    for (int i = 0; i < fields.length; i += 2) {
      head.addHeaders(Header.newBuilder().setName(bytes(fields[i])).setValue(bytes(fields[i + 1])));
    }
    return head;
  }

  /** Each char is a byte. */
  static ByteString bytes(String text) {
    return ByteString.copyFrom(text, StandardCharsets.ISO_8859_1);
  }

  /** One tunnel. */
  final class Visit extends ServerCall.Listener<byte[]> {
    private final ServerCall<byte[], byte[]> call;
    private final BlockingQueue<Frame> arrived = new LinkedBlockingQueue<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private boolean closedByUs;

    private Visit(ServerCall<byte[], byte[]> call) {
      this.call = call;
    }

    @Override
    public void onMessage(byte[] message) {
      try {
        arrived.addAll(TunnelMessage.parseFrom(message).getFramesList());
      } catch (IOException e) {
        failures.add(new AssertionError(name + ": the agent sends what does not parse", e));
      }
    }

    @Override
    public void onCancel() {
      onEnd();
    }

    @Override
    public void onComplete() {
      onEnd();
    }

    @Override
    public void onHalfClose() {
      end(Status.OK);
    }

    private void onEnd() {
      oneHasEnded = true;
      ended.countDown();
    }

    /** The next frame of a kind; others are passed over. */
    Frame next(String what, Predicate<Frame> kind) throws InterruptedException {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
      while (true) {
        @Nullable Frame frame = arrived.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        if (frame == null) {
          throw new AssertionError("no " + what + " in " + WAIT_SECONDS + " s");
        }
        if (kind.test(frame)) {
          return frame;
        }
      }
    }

    Hello hello() throws InterruptedException {
      return next("hello", Frame::hasHello).getHello();
    }

    /** Sends frames in one message; not after the end. */
    void send(Frame.Builder... frames) {
      TunnelMessage.Builder message = TunnelMessage.newBuilder();
      for (Frame.Builder frame : frames) {
        message.addFrames(frame);
      }
      sendRaw(message.build().toByteArray());
    }

    synchronized void sendRaw(byte[] message) {
      if (!closedByUs && !call.isCancelled()) {
        call.sendMessage(message);
      }
    }

    synchronized void end(Status status) {
      if (!closedByUs) {
        closedByUs = true;
        call.close(status, new Metadata());
      }
    }

    /** The agent ends the tunnel. */
    void awaitEnd() throws InterruptedException {
      if (!ended.await(WAIT_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError("the tunnel is still there after " + WAIT_SECONDS + " s");
      }
    }

    /** Whether the tunnel is still there. */
    boolean isUp() {
      return ended.getCount() > 0;
    }
  }
}
