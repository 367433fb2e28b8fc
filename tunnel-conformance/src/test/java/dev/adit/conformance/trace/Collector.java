package dev.adit.conformance.trace;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.adit.testing.grpc.Bytes;
import io.grpc.HandlerRegistry;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * An OTLP collector on loopback, which takes spans over gRPC on one port and over HTTP on another.
 */
final class Collector extends HandlerRegistry implements AutoCloseable {
  private static final String EXPORT = "opentelemetry.proto.collector.trace.v1.TraceService/Export";
  private static final byte[] TAKEN = ExportTraceServiceResponse.getDefaultInstance().toByteArray();

  // deps
  private final MethodDescriptor<byte[], byte[]> method =
      MethodDescriptor.newBuilder(new Bytes(), new Bytes())
          .setFullMethodName(EXPORT)
          .setType(MethodDescriptor.MethodType.UNARY)
          .build();
  private final Server grpc;
  private final HttpServer http;
  private final SpanLog spans = new SpanLog();

  // shared
  private volatile boolean silent;

  Collector() throws IOException {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    grpc = NettyServerBuilder.forAddress(any).fallbackHandlerRegistry(this).build().start();
    http = HttpServer.create(any, 0);
    http.createContext("/v1/traces", this::take);
    http.start();
  }

  String overGrpc() {
    return "http://127.0.0.1:" + grpc.getPort();
  }

  String overHttp() {
    return "http://127.0.0.1:" + http.getAddress().getPort() + "/v1/traces";
  }

  SpanLog spans() {
    return spans;
  }

  /** From now on takes spans and never answers. */
  void fallSilent() {
    silent = true;
  }

  private void take(HttpExchange exchange) throws IOException {
    spans.add(ExportTraceServiceRequest.parseFrom(exchange.getRequestBody().readAllBytes()));
    exchange.getResponseHeaders().set("content-type", "application/x-protobuf");
    exchange.sendResponseHeaders(200, TAKEN.length == 0 ? -1 : TAKEN.length);
    exchange.close();
  }

  @Override
  public @Nullable ServerMethodDefinition<?, ?> lookupMethod(
      String name, @Nullable String authority) {
    return name.equals(EXPORT) ? ServerMethodDefinition.create(method, this::start) : null;
  }

  private ServerCall.Listener<byte[]> start(ServerCall<byte[], byte[]> call, Metadata head) {
    call.request(2);
    return new ServerCall.Listener<>() {
      @Override
      public void onMessage(byte[] message) {
        try {
          spans.add(ExportTraceServiceRequest.parseFrom(message));
        } catch (IOException e) {
          call.close(Status.INVALID_ARGUMENT.withCause(e), new Metadata());
          return;
        }
        if (!silent) {
          call.sendHeaders(new Metadata());
          call.sendMessage(TAKEN);
          call.close(Status.OK, new Metadata());
        }
      }
    };
  }

  @Override
  public void close() {
    grpc.shutdownNow();
    http.stop(0);
  }
}
