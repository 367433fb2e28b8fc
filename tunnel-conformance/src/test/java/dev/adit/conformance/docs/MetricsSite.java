package dev.adit.conformance.docs;

import dev.adit.agent.app.AgentApp;
import dev.adit.agent.config.AgentConfigReader;
import dev.adit.conformance.check.CallerKind;
import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.peer.Field;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.peer.RawConnection;
import dev.adit.core.admin.AdminClient;
import dev.adit.core.flow.WindowSizes;
import dev.adit.core.wire.FrameLimits;
import dev.adit.server.app.ServerApp;
import dev.adit.server.config.ServerConfigReader;
import dev.adit.server.setup.NewSetup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A server, an agent and a backend that show every metric there is: each has had a call. */
final class MetricsSite implements AutoCloseable {
  private final RawBackend backend;
  private final ServerApp server;
  private final AgentApp agent;

  /** One each: an admin port takes so many connections of a host and no more. */
  private final AdminClient ofServer;

  private final AdminClient ofAgent;

  private MetricsSite(RawBackend backend, ServerApp server, AgentApp agent) {
    this.backend = backend;
    this.server = server;
    this.agent = agent;
    ofServer = new AdminClient(serverAdmin(), null);
    ofAgent = new AdminClient(agentAdmin(), null);
  }

  /** Starts it in an empty directory and makes a call. */
  static MetricsSite start(Path directory) throws Exception {
    RawBackend backend =
        RawBackend.start(
            stream ->
                stream.head(
                    Field.list(
                        ":status", "200", "content-type", "application/grpc", "grpc-status", "0"),
                    true));
    new NewSetup(
            directory, List.of("localhost", "127.0.0.1"), "agent-1", "shop", backend.hostAndPort())
        .write();
    Path serverFile = directory.resolve("server.yaml");
    edit(serverFile, "(0\\.0\\.0\\.0|127\\.0\\.0\\.1):80\\d\\d", "127.0.0.1:0");
    edit(serverFile, "(?s)(entry:\n[^\n]*\n) *tls:[^\n]*\n", "$1");
    edit(directory.resolve("rules/rules.yaml"), "( *)to: .*", "$0\n$1mirror: {group: nobody}");
    ServerApp server =
        ServerApp.start(
            ServerConfigReader.read(serverFile), FrameLimits.DEFAULT, "under-test", System.out);
    Path agentFile = directory.resolve("agent.yaml");
    edit(
        agentFile,
        "servers: .*",
        "servers: [\"localhost:" + server.tunnelAddress().getPort() + "\"]");
    edit(agentFile, "(backends: .*)", "$1\n  circuitBreaker: {failures: 5}");
    Files.writeString(agentFile, Files.readString(agentFile) + "admin: {listen: 127.0.0.1:0}\n");
    AgentApp agent =
        AgentApp.start(
            AgentConfigReader.read(agentFile, Map.of()),
            FrameLimits.DEFAULT,
            WindowSizes.DEFAULT,
            "under-test");
    MetricsSite site = new MetricsSite(backend, server, agent);
    agent.awaitFirstTunnel();
    site.call();
    Eventually.holds(
        "round trips are measured",
        () ->
            site.serverPage().contains("\nadit_agent_round_trip_seconds{")
                && site.agentPage().contains("\nadit_server_round_trip_seconds{"));
    return site;
  }

  private static void edit(Path file, String regex, String replacement) throws IOException {
    Files.writeString(file, Files.readString(file).replaceAll(regex, replacement));
  }

  private void call() throws Exception {
    InetSocketAddress entry =
        new InetSocketAddress(
            InetAddress.getLoopbackAddress(),
            ((InetSocketAddress) server.entryAddress()).getPort());
    try (RawConnection caller = RawConnection.dial(entry)) {
      String status =
          caller.open(CallerKind.GRPC.request("/shop.Cart/Get"), true).answer().last("grpc-status");
      if (!"0".equals(status)) {
        throw new AssertionError("the call ended with " + status);
      }
    }
    Eventually.holds("the call is over", () -> server.calls().running() == 0);
  }

  ServerApp server() {
    return server;
  }

  /** {@code HOST:PORT}. */
  String serverAdmin() {
    return "127.0.0.1:" + server.adminAddress().getPort();
  }

  String agentAdmin() {
    return "127.0.0.1:" + Objects.requireNonNull(agent.adminAddress()).getPort();
  }

  /** What the server shows to Prometheus. */
  String serverPage() throws Exception {
    return ofServer.get("/metrics");
  }

  String agentPage() throws Exception {
    return ofAgent.get("/metrics");
  }

  @Override
  public void close() throws IOException {
    agent.close();
    server.close();
    backend.close();
  }
}
