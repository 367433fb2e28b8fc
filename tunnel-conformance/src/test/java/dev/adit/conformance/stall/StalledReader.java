package dev.adit.conformance.stall;

import dev.adit.testing.grpc.Bytes;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.HandlerRegistry;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerBuilder;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A call of a stock client that does not read before it is told to. Any thread. */
public final class StalledReader extends ClientCall.Listener<byte[]> {
  /** A method that answers with one empty message. */
  static final String SHORT = "stall.Test/Short";

  private static final String LONG = "stall.Test/Long";
  private static final int MESSAGE_BYTES = 16 * 1024;
  private static final int WAIT_SECONDS = 30;
  private static final int CLIENT_WINDOW = 65_535;

  private final ClientCall<byte[], byte[]> call;

  // shared
  private final CountDownLatch head = new CountDownLatch(1);
  private final CompletableFuture<Integer> end = new CompletableFuture<>();

  // state, confined to the call's listener
  private int bytes;

  private StalledReader(ClientCall<byte[], byte[]> call) {
    this.call = call;
  }

  /** A stock client's channel with small windows of its own. */
  public static ManagedChannel channel(InetSocketAddress entry) {
    return NettyChannelBuilder.forAddress(entry)
        .flowControlWindow(CLIENT_WINDOW)
        .usePlaintext()
        .build();
  }

  /** A stock server whose long method answers with so many bytes. */
  public static ServerBuilder<?> backend(int bodyBytes) {
    return NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
        .fallbackHandlerRegistry(new Methods(bodyBytes / MESSAGE_BYTES));
  }

  /** Makes a call. */
  public static StalledReader start(ManagedChannel channel) {
    ClientCall<byte[], byte[]> call = channel.newCall(method(LONG), CallOptions.DEFAULT);
    StalledReader reader = new StalledReader(call);
    call.start(reader, new Metadata());
    call.sendMessage(new byte[0]);
    call.halfClose();
    return reader;
  }

  private static MethodDescriptor<byte[], byte[]> method(String name) {
    return MethodDescriptor.<byte[], byte[]>newBuilder(new Bytes(), new Bytes())
        .setFullMethodName(name)
        .setType(MethodDescriptor.MethodType.SERVER_STREAMING)
        .build();
  }

  @Override
  public void onHeaders(Metadata headers) {
    head.countDown();
  }

  @Override
  public void onMessage(byte[] message) {
    bytes += message.length;
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    head.countDown();
    if (status.isOk()) {
      end.complete(bytes);
    } else {
      end.completeExceptionally(status.asException(trailers));
    }
  }

  void awaitHead() throws InterruptedException {
    if (!head.await(WAIT_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("no response head in " + WAIT_SECONDS + " s");
    }
  }

  /** Begins to read. */
  public void read() {
    call.request(Integer.MAX_VALUE);
  }

  /** Bytes of all messages. */
  public int awaitEnd() throws Exception {
    return end.get(WAIT_SECONDS, TimeUnit.SECONDS);
  }

  /** Both methods. */
  private static final class Methods extends HandlerRegistry {
    private final int messages;

    Methods(int messages) {
      this.messages = messages;
    }

    @Override
    public @Nullable ServerMethodDefinition<?, ?> lookupMethod(
        String name, @Nullable String authority) {
      int count = name.equals(SHORT) ? 1 : messages;
      int size = name.equals(SHORT) ? 0 : MESSAGE_BYTES;
      return ServerMethodDefinition.create(
          method(name),
          (call, headers) -> {
            call.sendHeaders(new Metadata());
            call.request(1);
            return new Sender(call, count, size);
          });
    }
  }

  /** Sends what the caller has room for. */
  private static final class Sender extends ServerCall.Listener<byte[]> {
    private final ServerCall<byte[], byte[]> call;
    private final int size;
    private int left;
    private boolean asked;

    Sender(ServerCall<byte[], byte[]> call, int count, int size) {
      this.call = call;
      this.size = size;
      left = count;
    }

    @Override
    public void onHalfClose() {
      asked = true;
      onReady();
    }

    @Override
    public void onReady() {
      while (asked && left > 0 && call.isReady()) {
        left--;
        call.sendMessage(new byte[size]);
      }
      if (asked && left == 0) {
        asked = false;
        call.close(Status.OK, new Metadata());
      }
    }
  }
}
