package dev.adit.server.config.agents;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.adit.core.config.ConfigProblem;
import dev.adit.core.config.ConfigProblems;
import dev.adit.testing.fuzz.FuzzedFile;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/** Any bytes are an agents.yaml with identities, or with problems that have a place. */
final class AgentsFileFuzzTest {
  @TempDir private static Path directory = Path.of("");

  @FuzzTest
  void file(byte[] bytes) {
    FuzzedFile.check(bytes, directory.resolve("agents.yaml"), AgentsFileFuzzTest::read);
  }

  private static List<ConfigProblem> read(Path file) {
    ConfigProblems problems = new ConfigProblems();
    AgentsFile.read(file, problems);
    return problems.toList();
  }
}
