package dev.adit.agent.config;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.adit.core.config.ConfigException;
import dev.adit.core.config.ConfigProblem;
import dev.adit.testing.fuzz.FuzzedFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** Any bytes are an agent.yaml with values, or with problems that have a place. */
final class AgentConfigFuzzTest {
  @TempDir private static Path directory = Path.of("");

  @FuzzTest
  void file(byte[] bytes) {
    FuzzedFile.check(bytes, directory.resolve("agent.yaml"), AgentConfigFuzzTest::read);
  }

  private static List<ConfigProblem> read(Path file) {
    try {
      AgentConfigReader.read(file, Map.of("HOSTNAME", "here"));
      return List.of();
    } catch (ConfigException e) {
      return e.problems();
    }
  }
}
