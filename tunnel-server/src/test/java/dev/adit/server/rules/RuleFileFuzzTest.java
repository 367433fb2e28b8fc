package dev.adit.server.rules;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.adit.core.config.ConfigProblem;
import dev.adit.core.config.ConfigProblems;
import dev.adit.testing.fuzz.FuzzedFile;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;

/** Any bytes are a rule file that makes a table, or has problems that have a place. */
final class RuleFileFuzzTest {
  @TempDir private static Path directory = Path.of("");

  @FuzzTest
  void file(byte[] bytes) {
    FuzzedFile.check(bytes, directory.resolve("rules.yaml"), RuleFileFuzzTest::read);
  }

  private static List<ConfigProblem> read(Path file) {
    ConfigProblems problems = new ConfigProblems();
    @Nullable RuleSet rules = RuleFileReader.read(directory, problems);
    if (rules != null && problems.isEmpty()) {
      rules.toTable(null);
    }
    return problems.toList();
  }
}
