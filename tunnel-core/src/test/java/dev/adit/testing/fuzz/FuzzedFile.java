package dev.adit.testing.fuzz;

import dev.adit.core.config.ConfigProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A configuration file of any bytes: it has values, or problems that each have a place. */
public final class FuzzedFile {
  private static final int ANYWAY_BYTES = 16 << 20;

  private FuzzedFile() {}

  /** Reads a file. */
  @FunctionalInterface
  public interface Reading {
    /**
     * @return what is wrong with it; empty if its values are good
     */
    List<ConfigProblem> read(Path file) throws IOException;
  }

  /** Writes the bytes to a file and has it read. */
  public static void check(byte[] bytes, Path file, Reading reading) {
    Execution.of(
        bytes,
        ANYWAY_BYTES,
        content -> {
          Files.write(file, content);
          for (ConfigProblem problem : reading.read(file)) {
            check(problem);
          }
        });
  }

  private static void check(ConfigProblem problem) {
    if (problem.line() < 1 || problem.column() < 1 || problem.expected().isBlank()) {
      throw new AssertionError("a problem without a place or words: " + problem);
    }
    if (problem.toString().codePoints().anyMatch(FuzzedFile::isUnseen)) {
      throw new AssertionError("a problem that is not one line as it is seen: " + problem);
    }
  }

  private static boolean isUnseen(int c) {
    return c < ' ' || (c >= 0x7f && c < 0xa0) || (c >= 0x2028 && c <= 0x202e) || c == 0xfeff;
  }
}
