package dev.adit.conformance.logs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.adit.conformance.check.CallerKind;
import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.check.Scrape;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.peer.RawBackend.Script;
import dev.adit.conformance.peer.RawConnection;
import dev.adit.conformance.site.KeptClasses;
import dev.adit.core.admin.AdminClient;
import dev.adit.core.config.HostPort;
import dev.adit.core.token.Token;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Logs and access log of real processes. */
@Timeout(120)
final class LogsIT {
  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin/java").toString();
  private static final Path FULL = Path.of("/dev/full");

  @TempDir private Path directory = Path.of("");
  private final List<Process> processes = new ArrayList<>();
  private RawBackend backend;

  LogsIT() throws IOException {
    backend = RawBackend.start(Script.answer(5));
  }

  @BeforeEach
  void writeFiles() throws IOException {
    Token token = Token.newToken();
    Files.writeString(directory.resolve("agent.token"), token.secret());
    Files.createDirectory(directory.resolve("rules"));
    Files.writeString(
        directory.resolve("rules/all.yaml"), "version: 1\nrules:\n- {name: all, to: shop}\n");
    Files.writeString(
        directory.resolve("agents.yaml"),
        "version: 1\nagents:\n- {id: a, groups: [shop], tokens: [{sha256: "
            + token.hash().hex()
            + "}]}\n");
  }

  @AfterEach
  void stopProcesses() throws Exception {
    for (Process process : processes) {
      process.destroy();
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    }
    backend.close();
  }

  private Path serverFile(String accessLog) throws IOException {
    return Files.writeString(
        directory.resolve("server.yaml"),
        """
        version: 1
        entry: {listen: ["127.0.0.1:0", "0.0.0.0:0"]}
        tunnel: {listen: "127.0.0.1:0", insecure: true}
        admin: {listen: "127.0.0.1:0"}
        rules: rules/
        log: {format: json}
        drain: {grace: 1s}
        accessLog: %s
        """
            .formatted(accessLog));
  }

  private Process start(String program, String... arguments) throws IOException {
    String jar = System.getProperty(program + ".jar");
    List<String> command = new ArrayList<>(List.of(JAVA));
    command.addAll(KeptClasses.options(jar));
    command.addAll(List.of("-jar", jar));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(directory.resolve(program + ".out").toFile())
            .redirectError(directory.resolve(program + ".log").toFile())
            .start();
    processes.add(0, process);
    return process;
  }

  /** Waits for the ready line; the value of one of its fields. */
  private String ready(String program, String field) throws IOException {
    Path out = directory.resolve(program + ".out");
    Eventually.holds(program + " is ready", () -> Files.readString(out).startsWith("ready "));
    return Files.readString(out).replaceFirst("(?s).*\\b" + field + "=(\\S+).*", "$1");
  }

  private Process startServer(String accessLog) throws IOException {
    Process server = start("server", "run", "-c", serverFile(accessLog).toString());
    ready("server", "entry");
    return server;
  }

  private void startAgent() throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("agent.yaml"),
            """
            version: 1
            id: a
            servers: ["%s"]
            insecure: true
            token: {file: agent.token}
            log: {format: json}
            admin: off
            upstreams: [{name: u, backends: ["%s"]}]
            """
                .formatted(ready("server", "tunnel"), backend.hostAndPort()));
    start("agent", "run", "-c", file.toString());
    ready("agent", "servers");
  }

  private InetSocketAddress entry() throws IOException {
    HostPort entry = HostPort.parse(ready("server", "entry"));
    return new InetSocketAddress(entry.host(), entry.port());
  }

  private static void call(RawConnection caller, String path) throws IOException {
    assertEquals(
        "0", caller.open(CallerKind.GRPC.request(path), true).answer().last("grpc-status"));
  }

  /** The lines of a program's log; each is an object. */
  private List<JsonObject> log(String program) throws IOException {
    return Files.readAllLines(directory.resolve(program + ".log")).stream()
        .map(line -> JsonParser.parseString(line).getAsJsonObject())
        .toList();
  }

  private boolean isLogged(String program, String regex) throws IOException {
    return log(program).stream()
        .anyMatch(line -> line.get("message").getAsString().matches("(?s)" + regex));
  }

  private double dropped() throws IOException {
    return Scrape.sum(ready("server", "admin"), "adit_access_log_lines_dropped_total");
  }

  /** A process that is started with SIGHUP ignored, as under nohup, never gets it. */
  private static void assumeSighupIsHeard() throws IOException {
    Path status = Path.of("/proc/self/status");
    boolean ignored =
        Files.exists(status)
            && Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 1) != 0);
    assumeTrue(!ignored, "SIGHUP is ignored here, as under nohup: it is not tried");
  }

  private void hangUp(Process process) throws IOException, InterruptedException {
    Process kill =
        new ProcessBuilder("kill", "-HUP", Long.toString(process.pid())).inheritIO().start();
    assertEquals(0, kill.waitFor());
  }

  @Test
  void everyLineIsAnObjectAndTheStartSaysWhatListens() throws Exception {
    startServer("off");
    startAgent();
    try (RawConnection caller = RawConnection.dial(entry())) {
      call(caller, "/shop.Cart/Get");
    }
    for (String regex :
        List.of(
            "entry on 127\\.0\\.0\\.1:\\d+, 0\\.0\\.0\\.0:\\d+: clear text",
            "tunnel on 127\\.0\\.0\\.1:\\d+: clear text; 1 line of agents may connect",
            "admin on 127\\.0\\.0\\.1:\\d+: for this machine, without a token",
            "access log: off",
            "tunnel\\.insecure: .*",
            "a/[^ ]+ joined on loop \\d+ from 127\\.0\\.0\\.1:\\d+ groups \\[shop]")) {
      assertEquals(
          1,
          log("server").stream()
              .filter(line -> line.get("message").getAsString().matches(regex))
              .count(),
          () -> regex + " in " + directory);
    }
    assertTrue(
        isLogged("agent", "a servers 127\\.0\\.0\\.1:\\d+: clear text, token of .*agent.token"));
    assertTrue(isLogged("agent", "a upstream u: 127\\.0\\.0\\.1:\\d+"));
    assertTrue(isLogged("agent", "a connected to 127\\.0\\.0\\.1:\\d+ groups \\[shop]"));
  }

  @Test
  void manyCallsAreNoLineOfTheLog() throws Exception {
    startServer("off");
    startAgent();
    int before;
    try (RawConnection caller = RawConnection.dial(entry())) {
      call(caller, "/shop.Cart/Get");
      Eventually.holds("the agent has all its tunnels", () -> isLogged("server", "a/.* joined .*"));
      before = log("server").size() + log("agent").size();
      for (int i = 0; i < 200; i++) {
        call(caller, "/shop.Cart/Get" + i);
      }
    }
    assertEquals(before, log("server").size() + log("agent").size());
  }

  @Test
  void movedAccessLogIsOpenedAgainOnSighup() throws Exception {
    assumeSighupIsHeard();
    Process server = startServer("{file: access.log}");
    startAgent();
    Path file = directory.resolve("access.log");
    try (RawConnection caller = RawConnection.dial(entry())) {
      call(caller, "/shop.Cart/Before");
      Eventually.holds("a line", () -> Files.readString(file).contains("/shop.Cart/Before"));
      Files.move(file, directory.resolve("access.log.1"));
      hangUp(server);
      Eventually.holds("a new file", () -> Files.exists(file));
      call(caller, "/shop.Cart/After");
      Eventually.holds("a line there", () -> Files.readString(file).contains("/shop.Cart/After"));
      caller.open(CallerKind.GRPC.request("shop.Cart/Bent"), true).answer();
      Eventually.holds(
          "what was asked for in words that are refused",
          () ->
              Files.readString(file)
                  .matches("(?s).*\"path\":\"shop.Cart/Bent\"[^\n]*\"reason\":\"malformed\".*"));
    }
    assertTrue(isLogged("server", "access log .*access.log is opened again"));
    JsonObject line = JsonParser.parseString(Files.readAllLines(file).get(0)).getAsJsonObject();
    for (String field :
        List.of(
            "ts",
            "event",
            "requestId",
            "from",
            "rule",
            "group",
            "agent",
            "backend",
            "grpcStatus",
            "placedMicros",
            "acceptedMicros",
            "headMicros",
            "durationMicros")) {
      assertTrue(line.has(field), () -> field + " in " + line);
    }
    assertTrue(line.get("headMicros").getAsLong() >= line.get("acceptedMicros").getAsLong());
    assertTrue(line.get("acceptedMicros").getAsLong() >= line.get("placedMicros").getAsLong());
  }

  @Test
  void fullDiskHarmsNoCall() throws Exception {
    assumeTrue(Files.isWritable(FULL), "no /dev/full here: the full disk is not tried");
    assumeSighupIsHeard();
    Path file = directory.resolve("access.log");
    Files.createSymbolicLink(file, FULL);
    Process server = startServer("{file: access.log}");
    startAgent();
    try (RawConnection caller = RawConnection.dial(entry())) {
      for (int i = 0; i < 100; i++) {
        call(caller, "/shop.Cart/Get");
      }
      Eventually.holds("all are counted", () -> dropped() == 100);
      assertTrue(
          new AdminClient(ready("server", "admin"), null)
              .get("/status")
              .contains("the access log cannot be written, 100 lines dropped: " + file));
      Files.delete(file);
      hangUp(server);
      Eventually.holds("a new file", () -> Files.isRegularFile(file));
      call(caller, "/shop.Cart/After");
      Eventually.holds(
          "it is written again", () -> isLogged("server", ".*is written again; 100 .*"));
    }
    assertEquals(1, Files.readAllLines(file).size());
    assertEquals(
        1,
        log("server").stream()
            .filter(line -> line.get("message").getAsString().contains("cannot be written"))
            .count(),
        "it is told of once");
  }

  private int exit(String... arguments) throws IOException, InterruptedException {
    return start("server", arguments).waitFor();
  }

  @Test
  void fileThatCannotBeOpenedStopsTheStart() throws Exception {
    String missing = serverFile("{file: logs/access.log}").toString();
    for (String command : List.of("check", "run")) {
      assertEquals(3, exit(command, "-c", missing));
      assertTrue(
          Files.readString(directory.resolve("server.log"))
              .contains("server.yaml:8:19: accessLog.file: expected a file in a directory that is"),
          command);
    }
    assertEquals(3, exit("run", "-c", serverFile("{file: " + "x".repeat(300) + "}").toString()));
    assertTrue(
        Files.readString(directory.resolve("server.log"))
            .contains("server.yaml:8:19: accessLog.file: expected a file that can be written; "));
  }
}
