package dev.adit.core.tunnel.grpc;

import io.grpc.CallOptions;
import io.grpc.ClientStreamTracer;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import org.jspecify.annotations.Nullable;

/**
 * Tells when bytes of a tunnel's messages come: on a slow link that is long before a message is
 * whole. gRPC has them for measuring only. Told on the loop of the tunnel's connection.
 */
public final class ArrivingBytes {
  private static final Context.Key<AtServer> KEY = Context.key("tunnel-bytes");

  private ArrivingBytes() {}

  /** The options of an agent's call with one who hears of what comes on it. */
  public static CallOptions toldTo(CallOptions options, Runnable told) {
    return options.withStreamTracerFactory(
        new ClientStreamTracer.Factory() {
          @Override
          public ClientStreamTracer newClientStreamTracer(
              ClientStreamTracer.StreamInfo info, Metadata headers) {
            return new AtAgent(told);
          }
        });
  }

  /** For a server, so that {@link #tellTo} works for its calls. */
  public static ServerStreamTracer.Factory factory() {
    return new ServerStreamTracer.Factory() {
      @Override
      public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
        return new AtServer();
      }
    };
  }

  /** Has one hear of what comes on the call that is being started by this thread. */
  public static void tellTo(Runnable told) {
    @Nullable AtServer bytes = KEY.get();
    if (bytes != null) {
      bytes.told = told;
    }
  }

  private static final class AtAgent extends ClientStreamTracer {
    private final Runnable told;

    AtAgent(Runnable told) {
      this.told = told;
    }

    @Override
    public void inboundWireSize(long bytes) {
      told.run();
    }
  }

  private static final class AtServer extends ServerStreamTracer {
    // state, confined to the loop
    private @Nullable Runnable told;

    @Override
    public Context filterContext(Context context) {
      return context.withValue(KEY, this);
    }

    @Override
    public void inboundWireSize(long bytes) {
      if (told != null) {
        told.run();
      }
    }
  }
}
