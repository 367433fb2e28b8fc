package dev.adit.demo.backend.server;

import io.grpc.Server;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One sample backend: a gRPC server with the services of its systems, health and reflection. Any
 * thread.
 */
public final class BackendServer implements AutoCloseable {
  /** A thousand agents may connect at once: who does not fit in here tries again after a second. */
  private static final int BACKLOG = 4096;

  private static final int MAX_MESSAGE_BYTES = 128 * 1024 * 1024;
  private static final int MAX_METADATA_BYTES = 64 * 1024;
  private static final Duration FORCED_WAIT = Duration.ofSeconds(1);

  // deps
  private final BackendConfig config;
  private final List<SampleService> services;
  private final HealthStatusManager health;
  private final Server server;

  private BackendServer(
      BackendConfig config,
      List<SampleService> services,
      HealthStatusManager health,
      Server server) {
    this.config = config;
    this.services = services;
    this.health = health;
    this.server = server;
  }

  /** Binds the port and serves. */
  public static BackendServer start(BackendConfig config) throws IOException {
    HealthStatusManager health = new HealthStatusManager();
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(config.host(), config.port()))
            .withOption(ChannelOption.SO_BACKLOG, BACKLOG)
            .maxInboundMessageSize(MAX_MESSAGE_BYTES)
            .maxInboundMetadataSize(MAX_METADATA_BYTES)
            .addService(health.getHealthService())
            .addService(ProtoReflectionServiceV1.newInstance());
    List<SampleService> services =
        config.systems().stream().map(system -> SampleService.of(system, config)).toList();
    for (SampleService service : services) {
      builder.addService(service.definition());
      health.setStatus(service.name(), ServingStatus.SERVING);
    }
    config.token().ifPresent(token -> builder.intercept(new TokenCheck(token)));
    // Last, so outermost: refused calls too tell who refused them.
    builder.intercept(new BackendNameHeader(config.name()));
    return new BackendServer(config, services, health, builder.build().start());
  }

  public String name() {
    return config.name();
  }

  /** {@code HOST:PORT} with the port that was really bound. */
  public String address() {
    return config.host() + ":" + server.getPort();
  }

  public int port() {
    return server.getPort();
  }

  /**
   * Takes no new call, lets running ones finish for up to {@code grace}, ends the rest. Streams
   * without an end of their own are ended UNAVAILABLE at once.
   */
  public void stop(Duration grace) {
    health.enterTerminalState();
    server.shutdown();
    services.forEach(SampleService::endStreams);
    try {
      if (!server.awaitTermination(grace.toMillis(), TimeUnit.MILLISECONDS)) {
        server.shutdownNow();
        server.awaitTermination(FORCED_WAIT.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

  /** Stops without grace. */
  @Override
  public void close() {
    stop(Duration.ZERO);
  }

  /** Waits until the backend has been stopped. */
  public void awaitEnd() throws InterruptedException {
    server.awaitTermination();
  }
}
