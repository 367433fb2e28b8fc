package dev.adit.demo.backend.server;

import dev.adit.demo.client.CallerConfig;
import io.grpc.ManagedChannel;
import java.io.IOException;

/** A backend on a real port and a channel to it. */
final class BackendFixture implements AutoCloseable {
  private final BackendServer server;
  private final ManagedChannel channel;

  private BackendFixture(BackendServer server, ManagedChannel channel) {
    this.server = server;
    this.channel = channel;
  }

  static BackendFixture start(BackendConfig config) throws IOException {
    BackendServer server = BackendServer.start(config);
    return new BackendFixture(server, CallerConfig.plaintext(server.address()).open());
  }

  BackendServer server() {
    return server;
  }

  ManagedChannel channel() {
    return channel;
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.close();
  }
}
