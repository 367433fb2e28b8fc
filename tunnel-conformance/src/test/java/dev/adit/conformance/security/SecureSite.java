package dev.adit.conformance.security;

import dev.adit.agent.app.AgentApp;
import dev.adit.agent.config.AgentConfigReader;
import dev.adit.core.config.ConfigException;
import dev.adit.core.flow.WindowSizes;
import dev.adit.core.tls.CertificateAuthority;
import dev.adit.core.tls.TlsIdentity;
import dev.adit.core.wire.FrameLimits;
import dev.adit.server.app.ServerApp;
import dev.adit.server.config.ServerConfigReader;
import dev.adit.server.setup.NewSetup;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A server and agents in this process with the files that {@code init} writes. */
final class SecureSite implements AutoCloseable {
  static final List<String> HOSTS = List.of("localhost", "127.0.0.1");

  // deps
  private final Path directory;
  private final ServerApp server;

  // state
  private final List<AgentApp> agents = new ArrayList<>();

  private SecureSite(Path directory) throws IOException, ConfigException {
    this.directory = directory;
    server =
        ServerApp.start(
            ServerConfigReader.read(directory.resolve("server.yaml")),
            FrameLimits.DEFAULT,
            "under-test",
            System.out);
  }

  /** Writes the files into a new directory; they may be changed before {@link #start}. */
  static void write(Path directory, String backend) throws IOException {
    new NewSetup(directory, HOSTS, "agent-1", "default", backend).write();
    edit(
        directory.resolve("server.yaml"),
        "(0\\.0\\.0\\.0|127\\.0\\.0\\.1):80\\d\\d",
        "127.0.0.1:0");
  }

  static SecureSite start(Path directory) throws IOException, ConfigException {
    return new SecureSite(directory);
  }

  static void edit(Path file, String regex, String replacement) throws IOException {
    Files.writeString(file, Files.readString(file).replaceAll(regex, replacement));
  }

  /** Starts an agent with {@code agent.yaml}; does not wait for its tunnel. */
  AgentApp startAgent() throws IOException, ConfigException {
    return startAgent(tunnelPort());
  }

  /** The same for an agent that dials another port of this host. */
  AgentApp startAgent(int port) throws IOException, ConfigException {
    Path file = directory.resolve("agent.yaml");
    edit(file, "(servers: \\[\"localhost):\\d+", "$1:" + port);
    String text = Files.readString(file);
    if (!text.contains("admin: off")) {
      Files.writeString(file, text + "admin: off\n");
    }
    AgentApp agent =
        AgentApp.start(
            AgentConfigReader.read(file, Map.of()),
            FrameLimits.DEFAULT,
            WindowSizes.DEFAULT,
            "under-test");
    agents.add(agent);
    return agent;
  }

  /** Gives the agent a certificate of this name, and its file no token. */
  static void proveByCertificate(Path directory, String name) throws IOException {
    CertificateAuthority authority =
        CertificateAuthority.read(directory.resolve("tls/ca.crt"), directory.resolve("tls/ca.key"));
    TlsIdentity own = authority.issue(List.of(name), Duration.ofDays(1));
    Files.writeString(directory.resolve("tls/agent.crt"), CertificateAuthority.pem(own.chain()));
    Files.writeString(directory.resolve("tls/agent.key"), CertificateAuthority.pem(own.key()));
    edit(
        directory.resolve("agent.yaml"),
        "tls: \\{.*",
        "tls: {ca: tls/ca.crt, cert: tls/agent.crt, key: tls/agent.key}");
    edit(directory.resolve("agent.yaml"), "token: .*", "");
  }

  ServerApp server() {
    return server;
  }

  int tunnelPort() {
    return server.tunnelAddress().getPort();
  }

  /** Where operators ask, {@code HOST:PORT}. */
  String admin() {
    return "127.0.0.1:" + server.adminAddress().getPort();
  }

  int entryPort() {
    return ((InetSocketAddress) server.entryAddress()).getPort();
  }

  /** The ids of agents that are connected. */
  List<String> connected() {
    return server.registry().snapshot().sessions().stream()
        .map(session -> session.id().value())
        .toList();
  }

  /** What the server warns of, but for groups that no agent has served yet. */
  List<String> warnings() {
    return server.status().warnings().stream()
        .filter(line -> !line.startsWith("no agent"))
        .toList();
  }

  @Override
  public void close() {
    agents.forEach(AgentApp::close);
    server.close();
  }
}
