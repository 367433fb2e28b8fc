package dev.adit.conformance.systems;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts the attempts of a client's retry policy that ended UNAVAILABLE. Any thread. */
final class AttemptCount implements ClientInterceptor {
  private final AtomicInteger unavailable = new AtomicInteger();
  private final ClientStreamTracer.Factory tracers =
      new ClientStreamTracer.Factory() {
        @Override
        public ClientStreamTracer newClientStreamTracer(
            ClientStreamTracer.StreamInfo stream, Metadata headers) {
          return new Tracer();
        }
      };

  /** A view of a channel whose attempts are counted here. */
  Channel on(Channel channel) {
    return ClientInterceptors.intercept(channel, this);
  }

  int unavailable() {
    return unavailable.get();
  }

  @Override
  public <ReqT, RespT> ClientCall<ReqT, RespT> interceptCall(
      MethodDescriptor<ReqT, RespT> method, CallOptions options, Channel next) {
    return next.newCall(method, options.withStreamTracerFactory(tracers));
  }

  /** Sees the end of one attempt. */
  private final class Tracer extends ClientStreamTracer {
    @Override
    public void streamClosed(Status status) {
      if (status.getCode() == Status.Code.UNAVAILABLE) {
        unavailable.incrementAndGet();
      }
    }
  }
}
