package dev.adit.demo.client;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a caller can see of one call besides its messages: the request id it sent, the headers and
 * trailers that came back, the status. Make one for each call. Any thread; what came back is
 * complete once the call has ended.
 */
public final class CallRecord {
  private static final Metadata.Key<String> REQUEST_ID =
      Metadata.Key.of("x-request-id", Metadata.ASCII_STRING_MARSHALLER);

  private final String requestId = UUID.randomUUID().toString();

  // shared: written by the call's own thread only, each once
  private volatile Metadata headers = new Metadata();
  private volatile Metadata trailers = new Metadata();
  private volatile @Nullable Status status;

  /** A view of a channel that sends our request id and records the call made on it. */
  public Channel on(Channel channel) {
    return ClientInterceptors.intercept(channel, new Recorder());
  }

  /** What was sent as {@code x-request-id}. */
  public String requestId() {
    return requestId;
  }

  /** The status the call ended with; empty while it runs. */
  public Optional<Status> status() {
    return Optional.ofNullable(status);
  }

  /** The first value of a response header or, where there is none, of a trailer. */
  public Optional<String> metadata(String name) {
    Metadata.Key<String> key = Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    return Optional.ofNullable(headers.get(key)).or(() -> Optional.ofNullable(trailers.get(key)));
  }

  /** The response headers; empty if the answer had none. */
  public Metadata headers() {
    return headers;
  }

  /** The trailers; empty until the call has ended. */
  public Metadata trailers() {
    return trailers;
  }

  /** Sends the id and listens in. */
  private final class Recorder implements ClientInterceptor {
    @Override
    public <ReqT, RespT> ClientCall<ReqT, RespT> interceptCall(
        MethodDescriptor<ReqT, RespT> method, CallOptions options, Channel next) {
      return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
        @Override
        public void start(Listener<RespT> listener, Metadata request) {
          request.put(REQUEST_ID, requestId);
          super.start(new Recording<>(listener), request);
        }
      };
    }
  }

  /** Keeps what comes back, then hands it on. */
  private final class Recording<RespT> extends SimpleForwardingClientCallListener<RespT> {
    Recording(ClientCall.Listener<RespT> listener) {
      super(listener);
    }

    @Override
    public void onHeaders(Metadata received) {
      headers = received;
      super.onHeaders(received);
    }

    @Override
    public void onClose(Status endStatus, Metadata received) {
      trailers = received;
      status = endStatus;
      super.onClose(endStatus, received);
    }
  }
}
