package dev.adit.demo.backend.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class BackendCommandTest {
  private final PrintStream stdout = System.out;
  private final PrintStream stderr = System.err;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeEach
  void listen() {
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void restore() {
    System.setOut(stdout);
    System.setErr(stderr);
  }

  /** As it is called in the archive, where people meet it. */
  @Test
  void helpNamesTheProgram() {
    assertEquals(0, BackendCommand.run("--help"));
    String text = out.toString(StandardCharsets.UTF_8);
    assertTrue(text.startsWith("Usage: tunnel-sample "), text);
  }

  @Test
  void portThatIsNoneIsToldInOneLine() {
    assertEquals(2, BackendCommand.run("--system", "user", "--port", "70000"));
    assertEquals(
        "--port: expected a port from 0 to 65535, not 70000\n",
        err.toString(StandardCharsets.UTF_8));
  }

  @Test
  void portThatIsTakenIsToldWithTheReason() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(taken.getLocalPort());
      assertEquals(1, BackendCommand.run("--system", "user", "--port", port));
      String told = err.toString(StandardCharsets.UTF_8);
      assertTrue(told.contains("cannot listen on 127.0.0.1:" + port + ": "), told);
      assertTrue(
          told.endsWith("Address already in use; name another --port, or end what listens there\n"),
          told);
    }
  }
}
