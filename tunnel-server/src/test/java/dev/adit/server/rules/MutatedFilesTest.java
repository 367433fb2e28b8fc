package dev.adit.server.rules;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.adit.core.config.ConfigException;
import dev.adit.core.config.ConfigFile;
import dev.adit.core.config.ConfigMap;
import dev.adit.core.config.ConfigProblems;
import dev.adit.testing.corpus.Corpus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever stands in a file, reading it ends, with rules or with problems that have a place. */
final class MutatedFilesTest {

  private static final List<String> TOKENS =
      List.of(
          "\n",
          " ",
          "  ",
          "\t",
          ":",
          ": ",
          "- ",
          "[",
          "]",
          "{",
          "}",
          ",",
          "&a ",
          "*a",
          "!!str ",
          "\"",
          "'",
          "#",
          "|",
          ">",
          "?",
          "%",
          "@",
          "`",
          "---\n",
          "...\n",
          "<<: ",
          "\0",
          "\uFEFF",
          "\u0085",
          "\u2028",
          "\ud83d\ude00",
          "010",
          "22:22",
          "no",
          "~",
          "null",
          "-1",
          "1e9");

  @TempDir private Path directory = Path.of("");

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void mutatedRuleFileNeverThrowsAnythingElse(long seed) throws IOException {
    Random random = new Random(seed);
    List<String> texts = new ArrayList<>();
    for (String quality : List.of("good", "bad")) {
      for (Path file : Corpus.files("rules", quality)) {
        texts.add(Files.readString(file));
      }
    }
    for (int i = 0; i < 250; i++) {
      String text = mutated(texts.get(random.nextInt(texts.size())), random);
      read(text.getBytes(StandardCharsets.UTF_8), seed, text);
    }
  }

  private void read(byte[] bytes, long seed, String text) throws IOException {
    Path file = directory.resolve("m.yaml");
    Files.write(file, bytes);
    ConfigProblems problems = new ConfigProblems();
    try {
      @Nullable RuleSet set = RuleFileReader.read(directory, problems);
      if (set != null && problems.isEmpty()) {
        set.toTable(null);
      }
      @Nullable ConfigMap map = ConfigFile.read(file, new ConfigProblems());
      assertTrue(map != null || !problems.isEmpty());
      problems.throwIfAny();
    } catch (ConfigException e) {
      e.problems().forEach(problem -> assertTrue(problem.line() > 0 && problem.column() > 0));
    } catch (RuntimeException e) {
      fail("seed " + seed + ": " + text, e);
    }
  }

  private static String mutated(String text, Random random) {
    StringBuilder mutated = new StringBuilder(text);
    int changes = 1 + random.nextInt(4);
    for (int i = 0; i < changes; i++) {
      int at = random.nextInt(mutated.length() + 1);
      switch (random.nextInt(3)) {
        case 0 -> mutated.insert(at, TOKENS.get(random.nextInt(TOKENS.size())));
        case 1 -> mutated.delete(at, Math.min(mutated.length(), at + 1 + random.nextInt(8)));
        default -> {
          int end = Math.min(mutated.length(), at + 1 + random.nextInt(40));
          mutated.insert(random.nextInt(mutated.length() + 1), mutated.substring(at, end));
        }
      }
    }
    return mutated.toString();
  }
}
