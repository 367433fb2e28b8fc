package dev.adit.server.config;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.adit.core.config.ConfigProblem;
import dev.adit.core.config.ConfigProblems;
import dev.adit.testing.fuzz.FuzzedFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** Any bytes are a server.yaml with values, or with problems that have a place. */
final class ServerConfigFuzzTest {
  @TempDir private static Path directory = Path.of("");

  @FuzzTest
  void file(byte[] bytes) {
    FuzzedFile.check(bytes, directory.resolve("server.yaml"), ServerConfigFuzzTest::read);
  }

  private static List<ConfigProblem> read(Path file) {
    ConfigProblems problems = new ConfigProblems();
    if (ServerConfigReader.read(file, Map.of(), problems) == null && problems.isEmpty()) {
      throw new AssertionError("neither values nor problems");
    }
    return problems.toList();
  }
}
