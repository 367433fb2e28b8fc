package dev.adit.conformance.proxy;

import dev.adit.agent.app.AgentApp;
import dev.adit.agent.config.AgentConfigReader;
import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.docs.Document;
import dev.adit.core.flow.WindowSizes;
import dev.adit.core.token.Token;
import dev.adit.core.wire.FrameLimits;
import dev.adit.demo.process.ChildCommand;
import dev.adit.demo.process.ChildProcess;
import dev.adit.demo.process.Children;
import dev.adit.server.setup.NewSetup;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * A {@code tunnel-server} with the {@code server.yaml} of docs/behind-proxies.md, proxies with the
 * files of deploy/proxies, and agents that dial these. Ports are replaced by free ones, and
 * directories by one of the site.
 */
final class ProxiedSite implements AutoCloseable {
  private static final Duration READY = Duration.ofSeconds(30);
  private static final Duration GRACE = Duration.ofSeconds(5);
  private static final Pattern SERVER_PORT = Pattern.compile("127\\.0\\.0\\.1:(800[23])\\b");
  private static final Pattern PROXY_PORT = Pattern.compile("(listen |bind ):?(8?443)\\b");
  private static final String NAME = "tunnel.example.com";

  // deps
  private final Path directory;
  private final String backend;
  private final Children children = new Children(GRACE);

  // state
  private final Map<String, Integer> ports = new LinkedHashMap<>();
  private final List<AgentApp> agents = new ArrayList<>();

  private ProxiedSite(Path directory, String backend) {
    this.directory = directory;
    this.backend = backend;
  }

  /**
   * Starts the server and neither proxies nor agents.
   *
   * @param directory an empty one, which the caller deletes
   * @param groups each of one agent, and chosen by a caller who sends its name as {@code x-group}
   */
  static ProxiedSite start(Path directory, List<String> groups, String backend) throws Exception {
    ProxiedSite site = new ProxiedSite(directory, backend);
    try {
      site.startServer(groups);
      return site;
    } catch (Exception e) {
      site.close();
      throw e;
    }
  }

  private void startServer(List<String> groups) throws Exception {
    new NewSetup(directory, List.of("localhost", NAME), "unused", "unused", backend).write();
    Document.Block sample =
        Document.named("docs/behind-proxies.md").blocks().stream()
            .filter(block -> block.words().equals("yaml server.yaml"))
            .findFirst()
            .orElseThrow();
    Files.writeString(
        directory.resolve("server.yaml"),
        SERVER_PORT
            .matcher(sample.body())
            .replaceAll(found -> "127.0.0.1:" + port(found.group(1))));
    StringBuilder rules = new StringBuilder("version: 1\nrules:\n");
    StringBuilder agentLines = new StringBuilder("version: 1\nagents:\n");
    for (String group : groups) {
      Token token = Token.newToken();
      Files.writeString(directory.resolve("secrets/" + group + ".token"), token.secret());
      rules.append(
          """
          - name: %s
            hosts: [localhost]
            matches: [{service: stock.Store, headers: [{name: x-group, value: %s}]}]
            to: %s
          """
              .formatted(group, group, group));
      agentLines.append(
          "- {id: %s, groups: [%s], tokens: [{sha256: %s}]}\n"
              .formatted(group, group, token.hash().hex()));
    }
    Files.writeString(directory.resolve("rules/rules.yaml"), rules);
    Files.writeString(directory.resolve("agents.yaml"), agentLines);
    ChildProcess server =
        children.start(
            ChildCommand.java(
                    "server",
                    directory,
                    List.of(
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx192m",
                        "-jar",
                        Objects.requireNonNull(System.getProperty("server.jar")),
                        "run",
                        "-c",
                        "server.yaml"))
                .withEnvironment("TUNNEL_ADMIN_LISTEN", "127.0.0.1:0"));
    server.awaitReady(READY);
  }

  /** Starts nginx with a file of deploy/proxies; comes back when it listens. */
  void startNginx(String file) throws Exception {
    Path config = proxyFile(file);
    // Where it writes and who it is are matters of the machine: any user may run this test.
    StringBuilder here = new StringBuilder("http {\n    access_log off;\n");
    for (String kind : List.of("client_body", "proxy", "fastcgi", "uwsgi", "scgi")) {
      here.append("    %s_temp_path %s;\n".formatted(kind, directory.resolve(kind)));
    }
    Files.writeString(config, Files.readString(config).replace("http {\n", here));
    String user = "root".equals(System.getProperty("user.name")) ? "user root; " : "";
    String directives = user + "daemon off; pid " + directory.resolve(file + ".pid") + ";";
    startProxy(file, List.of("nginx", "-e", "stderr", "-g", directives, "-c", config.toString()));
  }

  /** Starts HAProxy with its file of deploy/proxies; comes back when it listens. */
  void startHaproxy() throws Exception {
    Path tls = directory.resolve("tls");
    String both =
        Files.readString(tls.resolve("server.crt")) + Files.readString(tls.resolve("server.key"));
    Files.writeString(tls.resolve("server.pem"), both);
    String file = "haproxy.cfg";
    startProxy(file, List.of("haproxy", "-db", "-f", proxyFile(file).toString()));
  }

  private Path proxyFile(String name) throws IOException {
    String sample = Files.readString(Document.ROOT.resolve("deploy/proxies").resolve(name));
    String text =
        SERVER_PORT.matcher(sample).replaceAll(found -> "127.0.0.1:" + port(found.group(1)));
    text =
        PROXY_PORT
            .matcher(text)
            .replaceAll(found -> found.group(1) + "127.0.0.1:" + port(name + " " + found.group(2)));
    text = text.replaceAll("/etc/(nginx|haproxy)/tls/", directory.resolve("tls") + "/");
    return Files.writeString(directory.resolve(name), text);
  }

  private void startProxy(String file, List<String> words) throws Exception {
    ChildProcess proxy = children.start(new ChildCommand(file, words, directory, Map.of()));
    for (String listener : ports.keySet().stream().filter(key -> key.startsWith(file)).toList()) {
      Eventually.holds(
          listener + " is listened on",
          () -> {
            proxy.checkAlive();
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port(listener))) {
              return socket.isConnected();
            } catch (ConnectException e) {
              return false;
            }
          });
    }
  }

  /** Starts the agent of a group that dials a port of a proxy; comes back when it is connected. */
  void startAgent(String group, int port) throws Exception {
    Path file = directory.resolve(group + ".yaml");
    Files.writeString(
        file,
        """
        version: 1
        id: %s
        groups: [%s]
        servers: [localhost:%d]
        tls: {ca: tls/ca.crt}
        token: {file: secrets/%s.token}
        upstreams: [{name: store, backends: [%s]}]
        admin: off
        """
            .formatted(group, group, port, group, backend));
    AgentApp agent =
        AgentApp.start(
            AgentConfigReader.read(file, Map.of()),
            FrameLimits.DEFAULT,
            WindowSizes.DEFAULT,
            "under-test");
    agents.add(agent);
    Eventually.holds(group + " is connected", READY, () -> agent.connected() == 1);
  }

  /** Of a proxy's listener, such as {@code haproxy.cfg 443}, or of the server's, such as 8002. */
  int port(String listener) {
    return ports.computeIfAbsent(listener, key -> freePort());
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whom callers and agents trust. */
  File authority() {
    return directory.resolve("tls/ca.crt").toFile();
  }

  @Override
  public void close() {
    agents.forEach(AgentApp::close);
    children.close();
  }
}
