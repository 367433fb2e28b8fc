package dev.adit.conformance.guide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.docs.Document;
import dev.adit.conformance.tools.Tool;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code examples/}: the tunnel to play with, started once, and a caller in each language. */
@Timeout(120)
final class ExamplesIT {
  private static final Path EXAMPLES = Document.ROOT.resolve("examples");
  private static final int PORTS = 9;
  private static final Duration START = Duration.ofSeconds(60);
  private static final String EXPECTED =
      """
      unary        alice
      streaming    3 users
      not found    NOT_FOUND
      no rule      UNIMPLEMENTED no-rule
      """;

  @TempDir static Path directory;

  private static Process play;
  private static String first;
  private static String second;
  private static Path files;

  @BeforeAll
  static void start() throws Exception {
    Tool.need(Tool.run(directory, 10, List.of("bash", "--version")).isPresent(), "bash");
    int port = freePorts();
    first = "127.0.0.1:" + port;
    second = "127.0.0.1:" + (port + 3);
    Path out = directory.resolve("play.out");
    ProcessBuilder builder =
        new ProcessBuilder(
                EXAMPLES.resolve("play.sh").toString(), "--ports", Integer.toString(port))
            .redirectErrorStream(true)
            .redirectOutput(out.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("TMPDIR", directory.toString());
    play = builder.start();
    Eventually.holds(
        "everything is ready",
        START,
        () -> {
          if (!play.isAlive()) {
            throw new AssertionError("play.sh ended\n" + Files.readString(out));
          }
          return Files.readString(out).contains("Ctrl-C ends");
        });
    String text = Files.readString(out);
    assertTrue(text.startsWith("ready entry=" + first + "," + second + " "), text);
    files = Path.of(text.replaceFirst("(?s).*?  files +(\\S+)\n.*", "$1"));
  }

  /** As many in a row as play.sh takes. */
  private static int freePorts() {
    for (int tries = 0; tries < 100; tries++) {
      int port = ThreadLocalRandom.current().nextInt(20_000, 30_000);
      if (areFree(port)) {
        return port;
      }
    }
    throw new AssertionError("there are no " + PORTS + " free ports in a row");
  }

  private static boolean areFree(int port) {
    for (int i = 0; i < PORTS; i++) {
      try (ServerSocket socket = new ServerSocket(port + i, 1, InetAddress.getLoopbackAddress())) {
        assertTrue(socket.isBound());
      } catch (IOException e) {
        return false;
      }
    }
    return true;
  }

  @AfterAll
  static void endLeavesNothing() throws Exception {
    if (play == null) {
      return;
    }
    List<ProcessHandle> children = play.descendants().toList();
    long programs =
        children.stream()
            .filter(each -> each.info().command().orElse("").endsWith("/java"))
            .count();
    // As when its terminal is closed, and then somebody ends what is left.
    Tool.run(directory, 10, List.of("kill", "-HUP", Long.toString(play.pid())));
    play.destroy();
    boolean ended = play.waitFor(30, TimeUnit.SECONDS);
    List<ProcessHandle> left = children.stream().filter(ProcessHandle::isAlive).toList();
    left.forEach(ProcessHandle::destroyForcibly);
    assertTrue(ended, "play.sh does not end");
    assertEquals(List.of(), left);
    assertEquals(0, play.exitValue());
    assertEquals(7, programs, children.toString());
    assertFalse(Files.exists(files), files + " is left");
  }

  private static void assertCalls(String expected, List<String> words) throws Exception {
    Tool.Run run = Tool.run(directory, 60, words).orElseThrow();
    assertEquals(expected, run.output());
    assertEquals(0, run.exitCode(), run.output());
  }

  @Test
  void java() throws Exception {
    assertCalls(
        EXPECTED + EXPECTED,
        List.of(
            Path.of(System.getProperty("java.home"), "bin/java").toString(),
            "-cp",
            System.getProperty("demo.jar"),
            EXAMPLES.resolve("java/Caller.java").toString(),
            first + "," + second));
  }

  @Test
  void python() throws Exception {
    String python = System.getenv().getOrDefault("PYTHON", "python3");
    boolean there =
        Tool.run(directory, 20, List.of(python, "-c", "import grpc, grpc_tools"))
            .filter(run -> run.exitCode() == 0)
            .isPresent();
    Tool.need(there, "Python with grpcio and grpcio-tools (" + python + ")");
    assertCalls(
        EXPECTED, List.of(python, "-B", EXAMPLES.resolve("python/caller.py").toString(), second));
  }

  @Test
  void node() throws Exception {
    String libraries = "require('@grpc/grpc-js'); require('@grpc/proto-loader')";
    boolean there =
        Tool.run(directory, 20, List.of("node", "-e", libraries))
            .filter(run -> run.exitCode() == 0)
            .isPresent();
    Tool.need(there, "node with @grpc/grpc-js and @grpc/proto-loader in NODE_PATH");
    assertCalls(EXPECTED, List.of("node", EXAMPLES.resolve("node/caller.js").toString(), first));
  }

  /** A port where nobody listens: the reason, not silence. */
  @Test
  void curlSaysWhatIsWrong() throws Exception {
    Tool.need(Tool.run(directory, 20, List.of("nghttp", "--version")).isPresent(), "nghttp");
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    Tool.Run run =
        Tool.run(
                directory,
                60,
                List.of(EXAMPLES.resolve("curl/caller.sh").toString(), "127.0.0.1:" + port))
            .orElseThrow();
    assertEquals(1, run.exitCode(), run.output());
    assertTrue(run.output().contains("curl: (7) "), run.output());
    assertTrue(run.output().contains("error: no user could be made"), run.output());
  }

  @Test
  void curlAndNghttp() throws Exception {
    for (String tool : List.of("curl", "nghttp")) {
      Tool.need(Tool.run(directory, 20, List.of(tool, "--version")).isPresent(), tool);
    }
    assertCalls(
        """
        unary        alice
        streaming    users
        not found    5
        no rule      12 no-rule
        nghttp       no rule matches host=%s path=/a/page (no-rule)
        """
            .formatted(first),
        List.of(EXAMPLES.resolve("curl/caller.sh").toString(), first));
  }
}
