package dev.adit.agent.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adit.core.config.ConfigException;
import dev.adit.core.config.ConfigProblem;
import dev.adit.testing.corpus.Corpus;
import dev.adit.testing.corpus.SchemaCheck;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every agent.yaml of the corpus, by our reader and by the published schema. */
final class AgentCorpusTest {

  @TempDir private Path directory = Path.of("");

  static List<Path> good() {
    return Corpus.files("agent", "good");
  }

  static List<Path> bad() {
    return Corpus.files("agent", "bad");
  }

  @ParameterizedTest
  @MethodSource("good")
  void goodFileIsAcceptedByReaderAndSchema(Path file) throws IOException {
    assertEquals(List.of(), read(file));
    assertEquals(List.of(), SchemaCheck.of("agent").complaints(file));
  }

  @ParameterizedTest
  @MethodSource("bad")
  void badFileIsRefusedWithPlaceKeyAndExpectation(Path file) throws IOException {
    List<String> complaints = SchemaCheck.of("agent").complaints(file);
    List<String> said =
        Corpus.said(complaints, read(file), text -> text.replace(directory.toString(), "DIR"));
    assertEquals(String.join("\n", Corpus.expected(file)), String.join("\n", said));
  }

  private List<ConfigProblem> read(Path file) throws IOException {
    try {
      AgentConfigReader.read(Corpus.stage(file, directory, null), Map.of("HOSTNAME", "here"));
      return List.of();
    } catch (ConfigException e) {
      return e.problems();
    }
  }
}
