package dev.adit.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.config.ConfigProblem;
import dev.adit.core.config.ConfigProblems;
import dev.adit.server.config.agents.AgentsFile;
import dev.adit.server.rules.RuleFileReader;
import dev.adit.testing.corpus.Corpus;
import dev.adit.testing.corpus.SchemaCheck;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every file of the corpus that the server reads, by our readers and by the published schemas. */
final class ServerCorpusTest {

  private static final List<String> KINDS = List.of("rules", "server", "agents");
  private static final Duration FAST_ENOUGH = Duration.ofMillis(100);

  @TempDir private Path directory = Path.of("");

  static Stream<Arguments> good() {
    return arguments("good");
  }

  static Stream<Arguments> bad() {
    return arguments("bad");
  }

  private static Stream<Arguments> arguments(String quality) {
    List<Arguments> arguments = new ArrayList<>();
    for (String kind : KINDS) {
      Corpus.files(kind, quality)
          .forEach(file -> arguments.add(Arguments.of(kind, file.getFileName(), file)));
    }
    return arguments.stream();
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("good")
  void goodFileIsAcceptedByReaderAndSchema(String kind, Path name, Path file) throws IOException {
    assertEquals(List.of(), read(kind, file), name::toString);
    assertEquals(List.of(), SchemaCheck.of(kind).complaints(file), name::toString);
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("bad")
  void badFileIsRefusedWithPlaceKeyAndExpectation(String kind, Path name, Path file)
      throws IOException {
    List<ConfigProblem> problems = read(kind, file);
    List<String> complaints = SchemaCheck.of(kind).complaints(file);
    List<String> said =
        Corpus.said(complaints, problems, text -> text.replace(directory.toString(), "DIR"));
    assertEquals(String.join("\n", Corpus.expected(file)), String.join("\n", said), name::toString);
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("bad")
  void badFileIsRefusedQuickly(String kind, Path name, Path file) throws IOException {
    long best = Long.MAX_VALUE;
    for (int i = 0; i < 5 && best > FAST_ENOUGH.toNanos(); i++) {
      long start = System.nanoTime();
      assertTrue(!read(kind, file).isEmpty(), name::toString);
      best = Math.min(best, System.nanoTime() - start);
    }
    assertTrue(best <= FAST_ENOUGH.toNanos(), name + " took " + best / 1_000_000 + " ms");
  }

  private List<ConfigProblem> read(String kind, Path file) throws IOException {
    ConfigProblems problems = new ConfigProblems();
    switch (kind) {
      case "rules" -> {
        Corpus.stage(file, directory, "rules/" + file.getFileName());
        RuleFileReader.read(directory.resolve("rules"), problems);
      }
      case "server" ->
          ServerConfigReader.read(Corpus.stage(file, directory, null), Map.of(), problems);
      default -> AgentsFile.read(Corpus.stage(file, directory, null), problems);
    }
    return problems.toList();
  }
}
