package dev.adit.conformance.call;

import dev.adit.testing.grpc.Bytes;
import io.grpc.HandlerRegistry;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Sends every message back when the caller can take it. One call in eight it ends early with an
 * error, after as many messages as its seed says.
 */
final class EchoBackend extends HandlerRegistry {
  static final Metadata.Key<String> SEED =
      Metadata.Key.of("x-seed", Metadata.ASCII_STRING_MARSHALLER);
  static final MethodDescriptor<byte[], byte[]> METHOD =
      MethodDescriptor.<byte[], byte[]>newBuilder(new Bytes(), new Bytes())
          .setFullMethodName("echo.Echo/Messages")
          .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
          .build();
  private static final int MAX_BEFORE_ERROR = 6;

  /** How a call of this seed ends if nobody cancels it. */
  static Status endOf(long seed) {
    return new Random(seed + 1).nextInt(8) == 0
        ? Status.FAILED_PRECONDITION.withDescription("enough")
        : Status.OK;
  }

  @Override
  public @Nullable ServerMethodDefinition<?, ?> lookupMethod(
      String method, @Nullable String authority) {
    return ServerMethodDefinition.create(METHOD, (ServerCallHandler<byte[], byte[]>) Echo::start);
  }

  /** One call. Events come one at a time. */
  private static final class Echo extends ServerCall.Listener<byte[]> {
    private final ServerCall<byte[], byte[]> call;
    private final Status end;
    private final Queue<byte[]> waiting = new ArrayDeque<>();
    private int untilError;
    private boolean halfClosed;
    private boolean over;

    private Echo(ServerCall<byte[], byte[]> call, long seed) {
      this.call = call;
      end = endOf(seed);
      untilError = new Random(seed + 2).nextInt(MAX_BEFORE_ERROR);
    }

    static ServerCall.Listener<byte[]> start(ServerCall<byte[], byte[]> call, Metadata headers) {
      Echo echo = new Echo(call, Long.parseLong(Objects.requireNonNull(headers.get(SEED))));
      call.sendHeaders(new Metadata());
      call.request(1);
      return echo;
    }

    @Override
    public void onMessage(byte[] message) {
      if (over) {
        return;
      }
      if (!end.isOk() && untilError-- == 0) {
        finish();
        return;
      }
      waiting.add(message);
      onReady();
      call.request(1);
    }

    @Override
    public void onReady() {
      while (!over && call.isReady() && !waiting.isEmpty()) {
        call.sendMessage(waiting.remove());
      }
      if (halfClosed && waiting.isEmpty()) {
        finish();
      }
    }

    @Override
    public void onHalfClose() {
      halfClosed = true;
      onReady();
    }

    private void finish() {
      if (!over) {
        over = true;
        call.close(end, new Metadata());
      }
    }

    @Override
    public void onCancel() {
      over = true;
    }
  }
}
