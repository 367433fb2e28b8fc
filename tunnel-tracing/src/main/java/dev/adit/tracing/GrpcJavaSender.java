package dev.adit.tracing;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusException;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.GrpcResponse;
import io.opentelemetry.sdk.common.export.GrpcSender;
import io.opentelemetry.sdk.common.export.GrpcSenderConfig;
import io.opentelemetry.sdk.common.export.GrpcSenderProvider;
import io.opentelemetry.sdk.common.export.GrpcStatusCode;
import io.opentelemetry.sdk.common.export.MessageWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Sends OTLP over gRPC by the grpc-java that is here anyway; the SDK's own senders for it bring
 * another HTTP client. Any thread.
 */
final class GrpcJavaSender implements GrpcSender {
  private static final int OTLP_PORT = 4317;

  /** What {@link java.util.ServiceLoader} finds. */
  public static final class Provider implements GrpcSenderProvider {
    @Override
    public GrpcSender createSender(GrpcSenderConfig config) {
      return new GrpcJavaSender(config);
    }
  }

  private static final MethodDescriptor.Marshaller<byte[]> BYTES =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] value) {
          return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
          try {
            return stream.readAllBytes();
          } catch (IOException e) {
            throw Status.INTERNAL.withCause(e).asRuntimeException();
          }
        }
      };

  private final ManagedChannel channel;
  private final MethodDescriptor<byte[], byte[]> method;
  private final long timeoutNanos;

  private GrpcJavaSender(GrpcSenderConfig config) {
    URI endpoint = config.getEndpoint();
    ManagedChannelBuilder<?> builder =
        ManagedChannelBuilder.forAddress(
            endpoint.getHost(), endpoint.getPort() < 0 ? OTLP_PORT : endpoint.getPort());
    if (endpoint.getScheme().equals("http")) {
      builder.usePlaintext();
    }
    channel = builder.build();
    method =
        MethodDescriptor.newBuilder(BYTES, BYTES)
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName(config.getFullMethodName())
            .build();
    timeoutNanos = config.getTimeout().toNanos();
  }

  @Override
  public void send(
      MessageWriter message, Consumer<GrpcResponse> onResponse, Consumer<Throwable> onError) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(message.getContentLength());
    try {
      message.writeMessage(bytes);
    } catch (IOException e) {
      onError.accept(e);
      return;
    }
    ClientCall<byte[], byte[]> call =
        channel.newCall(
            method, CallOptions.DEFAULT.withDeadlineAfter(timeoutNanos, TimeUnit.NANOSECONDS));
    call.start(new Answer(onResponse, onError), new Metadata());
    call.request(2);
    call.sendMessage(bytes.toByteArray());
    call.halfClose();
  }

  /** Hears how a collector took a batch. */
  private static final class Answer extends ClientCall.Listener<byte[]> {
    private final Consumer<GrpcResponse> onResponse;
    private final Consumer<Throwable> onError;

    // state: a call's events come one by one
    private byte[] body = {};

    Answer(Consumer<GrpcResponse> onResponse, Consumer<Throwable> onError) {
      this.onResponse = onResponse;
      this.onError = onError;
    }

    @Override
    public void onMessage(byte[] message) {
      body = message;
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      if (status.isOk()) {
        onResponse.accept(new Taken(body));
      } else {
        onError.accept(new StatusException(status));
      }
    }
  }

  /** A batch was taken. */
  private static final class Taken implements GrpcResponse {
    private final byte[] body;

    Taken(byte[] body) {
      this.body = body;
    }

    @Override
    public GrpcStatusCode getStatusCode() {
      return GrpcStatusCode.OK;
    }

    @Override
    public String getStatusDescription() {
      return "";
    }

    @Override
    public byte[] getResponseMessage() {
      return body;
    }
  }

  @Override
  public CompletableResultCode shutdown() {
    channel.shutdown();
    return CompletableResultCode.ofSuccess();
  }
}
