package dev.adit.server.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.config.ConfigException;
import dev.adit.server.rules.check.RuleLint;
import dev.adit.server.rules.check.RuleTests;
import dev.adit.testing.corpus.Corpus;
import dev.adit.testing.corpus.SchemaCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The samples that users start from. */
final class SamplesTest {

  @ParameterizedTest
  @ValueSource(strings = {"rules", "rules/samples"})
  void samplesAreGoodAndTheirTestsReachEveryRule(String directory) throws ConfigException {
    RuleSet set = RuleFileReader.read(Corpus.projectRoot().resolve(directory));
    assertTrue(!set.rules().isEmpty());
    assertEquals(List.of(), RuleLint.lint(set, group -> true));
    RuleTests tests = RuleTests.run(set);
    assertEquals(List.of(), tests.failures());
    assertEquals(List.of(), tests.untested());
  }

  @ParameterizedTest
  @ValueSource(strings = {"rules", "rules/samples"})
  void samplesNameTheSchemaThatAcceptsThem(String directory) throws IOException {
    SchemaCheck schema = SchemaCheck.of("rules");
    try (Stream<Path> files = Files.list(Corpus.projectRoot().resolve(directory))) {
      for (Path file : files.filter(file -> file.toString().endsWith(".yaml")).toList()) {
        String first = Files.readAllLines(file).get(0);
        String prefix = "# yaml-language-server: $schema=";
        assertTrue(first.startsWith(prefix), file::toString);
        Path named = file.resolveSibling(first.substring(prefix.length()));
        assertTrue(Files.isRegularFile(named), named::toString);
        assertEquals(List.of(), schema.complaints(file), file::toString);
      }
    }
  }
}
