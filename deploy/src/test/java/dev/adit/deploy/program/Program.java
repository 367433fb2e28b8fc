package dev.adit.deploy.program;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** Programs of this machine, run as a person would. */
public final class Program {
  private static final int SECONDS = 60;

  private Program() {}

  /**
   * What came of a run.
   *
   * @param output stdout, then stderr, as they came
   */
  public record Run(int exitCode, String output) {
    /** The last line, such as it is. */
    public String line() {
      List<String> lines = output.lines().toList();
      return lines.isEmpty() ? "" : lines.get(lines.size() - 1);
    }
  }

  /** Runs to the end, within a minute. */
  public static Run run(String... words) throws IOException, InterruptedException {
    return run(SECONDS, Map.of(), words);
  }

  /**
   * Runs to the end.
   *
   * @param environment added to ours; JAVA_HOME and JAVA_OPTS of ours are not handed on
   */
  public static Run run(int seconds, Map<String, String> environment, String... words)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile("deploy-", ".out");
    try {
      Process process = start(output, environment, words);
      if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
        throw new AssertionError(
            Arrays.toString(words) + " still ran after " + seconds + " s\n" + text(output));
      }
      return new Run(process.exitValue(), text(output));
    } finally {
      Files.delete(output);
    }
  }

  /** Starts a program, which writes all it says into a file. */
  public static Process start(Path output, Map<String, String> environment, String... words)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().keySet().removeAll(List.of("JAVA_HOME", "JAVA_OPTS", "NOTIFY_SOCKET"));
    builder.environment().putAll(environment);
    return builder.start();
  }

  public static String text(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.ISO_8859_1);
  }

  /** Whether this machine has a program. */
  public static boolean exists(String name) {
    return Stream.of(Objects.requireNonNullElse(System.getenv("PATH"), "").split(":"))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, name)));
  }

  /** Skips the test without a program, and says so where people look. */
  public static void need(String name) {
    need(exists(name), "program " + name);
  }

  /** The same for anything else. */
  public static void need(boolean met, String what) {
    if (!met) {
      System.err.println("SKIPPED, not passed: this machine has no " + what);
    }
    Assumptions.assumeTrue(met, "this machine has no " + what);
  }
}
