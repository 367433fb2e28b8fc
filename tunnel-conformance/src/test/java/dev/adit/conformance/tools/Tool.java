package dev.adit.conformance.tools;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** Runs programs of this machine that may or may not be there. */
public final class Tool {
  private Tool() {}

  /**
   * What a program wrote, and its exit code.
   *
   * @param output stdout, then stderr
   */
  public record Run(int exitCode, String output) {}

  /** Runs a program to its end, with nothing to read; empty if there is no such program. */
  public static Optional<Run> run(Path directory, int timeoutSeconds, List<String> words)
      throws IOException, InterruptedException {
    Path nothing = Files.createTempFile(directory, "tool-", ".in");
    try {
      return run(directory, timeoutSeconds, nothing, words);
    } finally {
      Files.deleteIfExists(nothing);
    }
  }

  /** The same with a file on its standard input. */
  public static Optional<Run> run(
      Path directory, int timeoutSeconds, Path input, List<String> words)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile(directory, "tool-", ".txt");
    try {
      Process process;
      try {
        process =
            new ProcessBuilder(words)
                .directory(directory.toFile())
                .redirectInput(input.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
      } catch (IOException e) {
        return Optional.empty();
      }
      if (!process.waitFor(timeoutSeconds, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
        throw new AssertionError(
            words + " still ran after " + timeoutSeconds + " s\n" + text(output));
      }
      return Optional.of(new Run(process.exitValue(), text(output)));
    } finally {
      Files.deleteIfExists(output);
    }
  }

  private static String text(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.ISO_8859_1);
  }

  /** Skips the test, and says so where people look. */
  public static void need(boolean met, String what) {
    if (!met) {
      System.err.println("SKIPPED, not passed: this machine has no " + what);
    }
    Assumptions.assumeTrue(met, "this machine has no " + what);
  }
}
