package dev.adit.demo.backend.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class BackendCommandTest {
  /** As it is called in the archive, where people meet it. */
  @Test
  void helpNamesTheProgram() {
    PrintStream stdout = System.out;
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    try {
      System.setOut(new PrintStream(written, true, StandardCharsets.UTF_8));
      assertEquals(0, BackendCommand.run("--help"));
    } finally {
      System.setOut(stdout);
    }
    String text = written.toString(StandardCharsets.UTF_8);
    assertTrue(text.startsWith("Usage: tunnel-sample "), text);
  }
}
