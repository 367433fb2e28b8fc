package dev.adit.core.logging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.config.LogConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of a process one of whose threads ends by itself. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
final class LostThreadTest {
  /** Loses a thread, and goes on as long as it may. */
  public static final class Main {
    private Main() {}

    /** The name of what the thread ends by is the argument. */
    public static void main(String[] args) throws InterruptedException {
      Logging.start(LogConfig.DEFAULT);
      Thread lost =
          new Thread(
              () -> {
                if (args[0].equals("memory")) {
                  throw new OutOfMemoryError("Java heap space");
                }
                throw new IllegalStateException(args[0]);
              },
              "loop-7");
      lost.start();
      lost.join();
      Logging.flush();
    }
  }

  private static Process start(String problem) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName(),
            problem)
        .redirectErrorStream(true)
        .start();
  }

  private static String output(Process process) throws IOException {
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  /** It goes on without one that failed otherwise. */
  @ParameterizedTest
  @CsvSource({"memory,1", "mistake,0"})
  void processThatHasNoMemoryForALoopEnds(String problem, int exitCode) throws Exception {
    Process process = start(problem);
    String output = output(process);
    assertTrue(output.contains("thread loop-7 ended by itself"), output);
    assertEquals(exitCode, process.waitFor(), output);
  }
}
