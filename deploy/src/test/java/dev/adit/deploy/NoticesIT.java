package dev.adit.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.token.Token;
import dev.adit.deploy.program.Program;
import dev.adit.deploy.program.ServerFiles;
import dev.adit.deploy.program.UnpackedArchive;
import dev.adit.testing.systemd.SystemdSocket;
import io.netty.channel.epoll.Epoll;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What real processes tell systemd through their lives. */
@Timeout(120)
final class NoticesIT {
  private static final int END_SECONDS = 40;

  @TempDir static Path archive = Path.of("");
  private static Path bin = Path.of("");

  private final Path directory;
  private final SystemdSocket systemd;

  NoticesIT(@TempDir Path directory) {
    Program.need(Epoll.isAvailable(), "epoll");
    this.directory = directory;
    systemd = new SystemdSocket(directory.resolve("notify"));
  }

  @BeforeAll
  static void unpack() throws Exception {
    bin = UnpackedArchive.into(archive).resolve("bin");
  }

  @BeforeEach
  void writeServer() throws IOException {
    ServerFiles.into(directory);
  }

  @AfterEach
  void close() {
    systemd.close();
  }

  private void write(String name, String content) throws IOException {
    Files.writeString(directory.resolve(name), content);
  }

  private Process start(String program, String config) throws IOException {
    return Program.start(
        directory.resolve("output"),
        Map.of("NOTIFY_SOCKET", directory.resolve("notify").toString()),
        bin.resolve(program).toString(),
        "run",
        "-c",
        directory.resolve(config).toString());
  }

  private void end(Process process, int exitCode) throws Exception {
    assertTrue(process.waitFor(END_SECONDS, TimeUnit.SECONDS));
    assertEquals(exitCode, process.exitValue(), output());
  }

  private String output() throws IOException {
    return Program.text(directory.resolve("output"));
  }

  @Test
  void serverIsReadyReloadsAndStops() throws Exception {
    Process server = start("tunnel-server", "server.yaml");
    try {
      String ready = systemd.next();
      assertTrue(
          ready.matches("READY=1\nSTATUS=entry=127.0.0.1:\\d+ tunnel=.*:\\d+ admin=.*:\\d+"),
          ready);

      write("rules/a.yaml", "version: 1\nrules:\n- {nam: x}\n");
      signal(server, "HUP");
      String reloading = systemd.await(told -> told.startsWith("RELOADING=1\n"));
      assertTrue(reloading.contains("\nMONOTONIC_USEC="), reloading);
      String refused = systemd.await(told -> told.startsWith("READY=1\n"));
      assertTrue(
          refused.contains("STATUS=rules refused, the last good ones are in force: ")
              && refused.contains("rules/a.yaml:3:"),
          refused);

      // Mended without a signal: the line follows.
      write("rules/a.yaml", "version: 1\nrules: []\n");
      systemd.await(told -> told.startsWith("STATUS=0 agents, 0 calls"));

      server.destroy();
      systemd.await(told -> told.startsWith("STOPPING=1\n"));
      end(server, 0);
    } finally {
      server.destroyForcibly();
    }
  }

  @Test
  void agentIsReadyWithItsFirstTunnelAndSaysWhatKeepsItFromIt() throws Exception {
    Token token = Token.newToken();
    write("agent.token", token.secret());
    write(
        "agents.yaml",
        "version: 1\nagents:\n- {id: a, groups: [g], tokens: [{sha256: "
            + token.hash().hex()
            + "}]}\n");
    int port = freePort();
    write(
        "server.yaml",
        Files.readString(directory.resolve("server.yaml"))
            .replace("tunnel: {listen: 127.0.0.1:0", "tunnel: {listen: 127.0.0.1:" + port));
    write(
        "agent.yaml",
        """
        version: 1
        id: a
        groups: [g]
        servers: [127.0.0.1:%d]
        insecure: true
        token: {file: agent.token}
        upstreams: [{name: u, backends: [127.0.0.1:1]}]
        admin: off
        """
            .formatted(port));
    Process agent = start("tunnel-agent", "agent.yaml");
    Process server = null;
    try {
      String alone = systemd.await(told -> told.contains("refused"));
      assertTrue(alone.startsWith("STATUS=servers=0/1, 0 calls; 127.0.0.1:" + port), alone);
      server =
          Program.start(
              directory.resolve("server-output"),
              Map.of(),
              bin.resolve("tunnel-server").toString(),
              "run",
              "-c",
              directory.resolve("server.yaml").toString());
      String ready = systemd.await(told -> told.startsWith("READY=1\nSTATUS=servers=1/1, "));
      assertTrue(ready.contains("0 calls"), ready);
      agent.destroy();
      systemd.await(told -> told.startsWith("STOPPING=1\n"));
      end(agent, 0);
    } finally {
      agent.destroyForcibly();
      if (server != null) {
        server.destroyForcibly();
      }
    }
  }

  @Test
  void whatKeepsAServiceFromStartingIsItsStatus() throws Exception {
    write(
        "server.yaml",
        Files.readString(directory.resolve("server.yaml")).replace("entry:", "entri:"));
    Process server = start("tunnel-server", "server.yaml");
    String status = systemd.next();
    assertTrue(
        status.matches("STATUS=cannot start: .*server.yaml:2:1: entri: unknown key.*"), status);
    end(server, 3);

    write("agent.yaml", "version: 1\nid: a\n");
    Process agent = start("tunnel-agent", "agent.yaml");
    String missing = systemd.next();
    assertTrue(
        missing.startsWith("STATUS=cannot start: ") && missing.contains("agent.yaml:"), missing);
    end(agent, 3);
  }

  /** The launcher's own words: no Java of ours is there to say it. */
  @Test
  void javaThatIsMissingIsTheStatus() throws Exception {
    Program.need("systemd-notify");
    Program.Run run =
        Program.run(
            END_SECONDS,
            Map.of(
                "NOTIFY_SOCKET", directory.resolve("notify").toString(), "JAVA_HOME", "/nowhere"),
            bin.resolve("tunnel-agent").toString(),
            "run");
    assertEquals(1, run.exitCode(), run.output());
    assertEquals(
        run.line().replaceFirst("^tunnel-agent: ", "STATUS=cannot start: "), systemd.next());
  }

  @Test
  void portThatIsTakenIsTheStatus() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      write(
          "server.yaml",
          Files.readString(directory.resolve("server.yaml"))
              .replace(
                  "entry: {listen: 127.0.0.1:0",
                  "entry: {listen: 127.0.0.1:" + taken.getLocalPort()));
      Process server = start("tunnel-server", "server.yaml");
      String status = systemd.next();
      assertTrue(
          status.matches("STATUS=cannot start: .*server.yaml:2:\\d+: entry.listen: .*in use.*"),
          status);
      end(server, 3);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static void signal(Process process, String name) throws Exception {
    Program.Run kill = Program.run("kill", "-" + name, Long.toString(process.pid()));
    assertEquals(0, kill.exitCode(), kill.output());
  }
}
