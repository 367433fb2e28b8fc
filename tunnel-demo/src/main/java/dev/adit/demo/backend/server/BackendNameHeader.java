package dev.adit.demo.backend.server;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;

/**
 * Puts the backend's name on every answer, so that a caller can see where a call went: a response
 * header, or a trailer where the answer has no header.
 */
final class BackendNameHeader implements ServerInterceptor {
  static final Metadata.Key<String> KEY =
      Metadata.Key.of("x-backend", Metadata.ASCII_STRING_MARSHALLER);

  private final String name;

  BackendNameHeader(String name) {
    this.name = name;
  }

  @Override
  public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
      ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
    return next.startCall(new NamedCall<>(call, name), headers);
  }

  /** A call that names its backend once, as early as the answer allows. */
  private static final class NamedCall<ReqT, RespT>
      extends SimpleForwardingServerCall<ReqT, RespT> {
    private final String name;
    private boolean named;

    NamedCall(ServerCall<ReqT, RespT> call, String name) {
      super(call);
      this.name = name;
    }

    @Override
    public void sendHeaders(Metadata headers) {
      named = true;
      headers.put(KEY, name);
      super.sendHeaders(headers);
    }

    @Override
    public void close(Status status, Metadata trailers) {
      if (!named) {
        trailers.put(KEY, name);
      }
      super.close(status, trailers);
    }
  }
}
