package dev.adit.conformance.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.peer.RawBackend.Script;
import dev.adit.conformance.tools.Tool;
import dev.adit.core.tls.CertificateNames;
import dev.adit.core.tls.PemFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a new user types: {@code init}, and then the two lines that it prints, as they stand. */
@Timeout(90)
final class InitIT {
  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin/java").toString();

  /** An empty message, behind its five bytes of prefix. */
  private static final Script ONE_MESSAGE = Script.answer(5);

  @TempDir Path temporary;

  private final List<Process> processes = new ArrayList<>();

  @AfterEach
  void stopProcesses() throws InterruptedException {
    for (Process process : processes) {
      process.destroy();
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    }
  }

  private record Result(int exit, String out, String err) {}

  private Result server(String... arguments) throws IOException, InterruptedException {
    return server(List.of(), arguments);
  }

  private Result server(List<String> by, String... arguments)
      throws IOException, InterruptedException {
    Path err = temporary.resolve("err");
    List<String> command = new ArrayList<>(by);
    command.addAll(List.of(JAVA, "-jar", System.getProperty("server.jar")));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectError(err.toFile()).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Result(process.waitFor(), out, Files.readString(err));
  }

  /** Starts a line in a shell, as a user does; returns what it prints when it is ready. */
  private String ready(String line, String name) throws IOException {
    Path out = temporary.resolve(name + ".out");
    processes.add(
        new ProcessBuilder("sh", "-c", "exec " + line)
            .redirectOutput(out.toFile())
            .redirectError(temporary.resolve(name + ".log").toFile())
            .start());
    Eventually.holds(
        name + " is ready", () -> Files.readString(out).lines().anyMatch(InitIT::isReady));
    return Files.readString(out).lines().filter(InitIT::isReady).findFirst().orElseThrow();
  }

  private static boolean isReady(String line) {
    return line.startsWith("ready ");
  }

  @Test
  void theTwoLinesThatInitPrintsMakeTunnelThatCarriesCalls() throws Exception {
    try (RawBackend backend = RawBackend.start(ONE_MESSAGE)) {
      Path directory = temporary.resolve("a dir");
      Result made =
          server(
              "init",
              directory.toString(),
              "--host",
              "localhost",
              "--group",
              "shop",
              "--backend",
              backend.hostAndPort());
      assertEquals(0, made.exit(), made.err());
      List<String> commands = made.out().lines().filter(line -> !line.startsWith("#")).toList();
      assertEquals(2, commands.size(), made.out());
      assertEquals(0, server("check", "-c", directory + "/server.yaml").exit());

      // Only the ports differ from what the user has: this host may use them.
      SecureSite.edit(
          directory.resolve("server.yaml"),
          "(0\\.0\\.0\\.0|127\\.0\\.0\\.1):80\\d\\d",
          "127.0.0.1:0");
      String ready = ready(commands.get(0), "server");
      SecureSite.edit(
          directory.resolve("agent.yaml"), "localhost:8003", "localhost:" + port(ready, "tunnel"));
      Files.writeString(
          directory.resolve("agent.yaml"),
          Files.readString(directory.resolve("agent.yaml")) + "admin: off\n");
      assertEquals("ready agent=agent-1 servers=1/1", ready(commands.get(1), "agent"));

      byte[] answer =
          TlsCaller.call(Integer.parseInt(port(ready, "entry")), directory.resolve("tls/ca.crt"));
      assertEquals(0, answer.length);
      assertFalse(
          Files.readString(temporary.resolve("server.log")).contains("WARN"),
          "a setup by init has nothing to warn of");
      assertSecretsAreNowhereElse(directory, made);
    }
  }

  private static String port(String ready, String listener) {
    return ready.replaceAll(".* " + listener + "=[^ ]*:(\\d+).*", "$1");
  }

  /** Neither the token nor a key is in anything that the processes have written or are called. */
  private void assertSecretsAreNowhereElse(Path directory, Result made) throws IOException {
    List<String> secrets = new ArrayList<>();
    secrets.add(Files.readString(directory.resolve("secrets/agent.token")).strip());
    secrets.addAll(keyLines(directory.resolve("tls/server.key")));
    secrets.addAll(keyLines(directory.resolve("tls/ca.key")));
    StringBuilder written = new StringBuilder(made.out()).append(made.err());
    for (String name : List.of("server.out", "server.log", "agent.out", "agent.log", "err")) {
      written.append(Files.readString(temporary.resolve(name)));
    }
    for (Process process : processes) {
      written.append(process.info().commandLine().orElse(""));
    }
    for (String name : List.of("server.yaml", "agents.yaml", "agent.yaml", "rules/rules.yaml")) {
      written.append(Files.readString(directory.resolve(name)));
    }
    assertEquals(5, secrets.size());
    for (String secret : secrets) {
      assertFalse(written.toString().contains(secret), "a token or key is written somewhere");
    }
  }

  private static List<String> keyLines(Path file) throws IOException {
    return Files.readAllLines(file).stream().filter(line -> !line.startsWith("-----")).toList();
  }

  @Test
  void keysAndTokenBelongToTheirOwnerOnly() throws Exception {
    Path directory = temporary.resolve("made");
    assertEquals(0, server("init", directory.toString()).exit());
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = file.toString();
        if (name.endsWith(".key") || name.endsWith(".token")) {
          assertEquals(
              "rw-------",
              PosixFilePermissions.toString(Files.getPosixFilePermissions(file)),
              name);
        }
      }
    }
  }

  @Test
  void renewedCertificateIsForTheSameNamesUnlessOthersAreGiven() throws Exception {
    Path directory = temporary.resolve("made");
    Path certificate = directory.resolve("tls/server.crt");
    String to = directory.toString();
    assertEquals(0, server("init", to, "--host", "a.example", "--host", "::1").exit());
    X509Certificate first = PemFiles.certificates(certificate).get(0);
    String agents = Files.readString(directory.resolve("agents.yaml"));

    assertEquals(0, server("init", to, "--renew").exit());
    X509Certificate second = PemFiles.certificates(certificate).get(0);
    assertNotEquals(first.getSerialNumber(), second.getSerialNumber());
    assertEquals(CertificateNames.all(first), CertificateNames.all(second));
    second.verify(PemFiles.certificates(directory.resolve("tls/ca.crt")).get(0).getPublicKey());

    assertEquals(0, server("init", to, "--renew", "--host", "b.example").exit());
    assertEquals(
        List.of("b.example", "localhost", "127.0.0.1"),
        CertificateNames.all(PemFiles.certificates(certificate).get(0)));
    assertEquals(0, server("check", "-c", to + "/server.yaml").exit());
    assertEquals(agents, Files.readString(directory.resolve("agents.yaml")));
  }

  /** As on a machine whose /etc/hosts does not have it. */
  @Test
  void hostWhoseNameCannotBeLookedUpIsToldWhatToSay() throws Exception {
    boolean root = "root".equals(System.getProperty("user.name"));
    boolean able = root && Tool.run(temporary, 10, List.of("unshare", "--version")).isPresent();
    Tool.need(able, "right of root for us, to rename it");
    List<String> renamed =
        List.of("unshare", "--uts", "sh", "-c", "hostname nobody.invalid && exec \"$0\" \"$@\"");
    Result refused = server(renamed, "init", temporary.resolve("made").toString());
    assertEquals(1, refused.exit(), refused.err());
    assertEquals(
        "error: this host's own name cannot be looked up; say with --host NAME what callers and"
            + " agents dial\n",
        refused.err());
    assertFalse(Files.exists(temporary.resolve("made")));
  }

  @Test
  void directoryInUseIsLeftAsItIs() throws Exception {
    Path mine = Files.writeString(temporary.resolve("mine"), "x");
    Result refused = server("init", temporary.toString());
    assertEquals(1, refused.exit());
    assertTrue(refused.err().contains("is not empty"), refused.err());
    assertEquals("x", Files.readString(mine));
    assertFalse(Files.exists(temporary.resolve("server.yaml")));
  }

  @Test
  void wrongNamesAreRefusedBeforeAnythingIsWritten() throws Exception {
    Path directory = temporary.resolve("made");
    for (String[] wrong :
        List.of(
            new String[] {"--host", "https://a.example"},
            new String[] {"--host", "a.example\nx: y"},
            new String[] {"--group", "a b"},
            new String[] {"--agent", "a b"},
            new String[] {"--backend", "nowhere"})) {
      Result refused = server("init", directory.toString(), wrong[0], wrong[1]);
      assertEquals(2, refused.exit(), wrong[1]);
      assertTrue(refused.err().contains(wrong[0]), refused.err());
      assertFalse(Files.exists(directory), wrong[1]);
    }
  }
}
