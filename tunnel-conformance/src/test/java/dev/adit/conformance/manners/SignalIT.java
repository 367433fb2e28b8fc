package dev.adit.conformance.manners;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.conformance.check.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Signals that come at odd times, or to whom they mean nothing. */
@Timeout(60)
final class SignalIT {
  @TempDir Path directory;

  @BeforeEach
  void fill() throws IOException {
    Files.createDirectory(directory.resolve("rules"));
    Files.writeString(
        directory.resolve("server.yaml"),
        """
        version: 1
        entry: {listen: "127.0.0.1:0"}
        tunnel: {listen: "127.0.0.1:0", insecure: true}
        admin: {listen: "127.0.0.1:0"}
        rules: rules/
        agents: []
        accessLog: off
        """);
    Files.writeString(directory.resolve("agent.token"), "adit_x");
    Files.writeString(
        directory.resolve("agent.yaml"),
        """
        version: 1
        id: shop-1
        servers: 127.0.0.1:1
        insecure: true
        token: {file: agent.token}
        admin: off
        upstreams: [{name: u, backends: 127.0.0.1:1}]
        """);
  }

  private static void signal(Process process, String name) throws Exception {
    assertEquals(0, new ProcessBuilder("kill", "-" + name, "" + process.pid()).start().waitFor());
  }

  private static int exit(Process process) throws InterruptedException {
    assertTrue(process.waitFor(20, TimeUnit.SECONDS), "it ends");
    return process.exitValue();
  }

  private Process start(Command command) throws IOException {
    return command
        .builder()
        .redirectOutput(directory.resolve("out").toFile())
        .redirectError(directory.resolve("err").toFile())
        .start();
  }

  private void await(String file, String text) {
    Path path = directory.resolve(file);
    Eventually.holds(text, () -> Files.readString(path).contains(text));
  }

  /** Stopped as soon as it has said its first word, which is long before it is ready. */
  @Test
  void stopDuringTheStartIsNoFailure() throws Exception {
    Process server = start(Command.server(directory, "run", "-c", "server.yaml"));
    try {
      await("err", "RuleReload");
      signal(server, "TERM");
      assertEquals(0, exit(server));
    } finally {
      server.destroyForcibly();
    }
  }

  /** As by logrotate, when a server has just been restarted. */
  @Test
  void hangupDuringTheStartIsObeyedBehindIt() throws Exception {
    Process server = start(Command.server(directory, "run", "-c", "server.yaml"));
    try {
      await("err", "RuleReload");
      signal(server, "HUP");
      await("out", "ready ");
      signal(server, "TERM");
      assertEquals(0, exit(server));
    } finally {
      server.destroyForcibly();
    }
  }

  /** What it has not loaded yet is gone then, its drain included; it must end all the same. */
  @Test
  void serverWhoseProgramIsOverwrittenEndsAtOneSignal() throws Exception {
    Path jar = directory.resolve("server.jar");
    Files.copy(Path.of(Objects.requireNonNull(System.getProperty("server.jar"))), jar);
    List<String> words =
        List.of(
            Path.of(System.getProperty("java.home"), "bin/java").toString(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-jar",
            jar.toString(),
            "run",
            "-c",
            "server.yaml");
    Process server = start(new Command(directory, List.of(), Map.of(), words));
    try {
      await("out", "ready ");
      Files.write(jar, new byte[(int) Files.size(jar)]);
      signal(server, "TERM");
      exit(server);
    } finally {
      server.destroyForcibly();
    }
  }

  @Test
  void hangupDoesNotEndAnAgentThatIsAService() throws Exception {
    Process agent = start(Command.agent(directory, "run", "-c", "agent.yaml"));
    try {
      await("err", "upstream u");
      signal(agent, "HUP");
      await("err", "SIGHUP changes nothing");
      signal(agent, "TERM");
      assertEquals(0, exit(agent));
    } finally {
      agent.destroyForcibly();
    }
  }

  /** A habit from other servers, which would end any Java program at once. */
  @Test
  void userSignalEndsNothing() throws Exception {
    Process server = start(Command.server(directory, "run", "-c", "server.yaml"));
    try {
      await("out", "ready ");
      signal(server, "USR1");
      await("err", "SIGUSR1 means nothing here");
      signal(server, "TERM");
      assertEquals(0, exit(server));
      await("err", "drained");
    } finally {
      server.destroyForcibly();
    }
  }

  /** Whose terminal is closed does not expose a backend any more. */
  @Test
  void hangupEndsAnExposedBackendAsAStopDoes() throws Exception {
    Process agent =
        start(
            Command.agent(
                directory,
                "expose",
                "127.0.0.1:1",
                "--server",
                "127.0.0.1:1",
                "--group",
                "g",
                "--token-file",
                "agent.token",
                "--insecure"));
    try {
      await("err", "upstream exposed");
      signal(agent, "HUP");
      assertEquals(0, exit(agent));
      await("err", "drained");
    } finally {
      agent.destroyForcibly();
    }
  }
}
