package dev.adit.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.config.ConfigProblem;
import dev.adit.core.config.ConfigProblems;
import dev.adit.core.config.environment.ScalarKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Environment variables over server.yaml. */
final class ServerVariablesTest {
  private static final String FILE = "version: 1\ntunnel: {insecure: true}\nrules: rules/\n";
  private static final String SECTIONS =
      """
      version: 1
      entry:
        x: 1
        keepalive: {x: 1}
        floods: {x: 1}
        tls: {cert: c, key: k, x: 1}
      tunnel: {insecure: true, x: 1, floods: {x: 1}}
      admin: {x: 1}
      drain: {x: 1}
      accessLog: {x: 1}
      log: {x: 1}
      tracing: {otlp: "http://a", x: 1}
      rules: rules/
      x: 1
      """;
  private static final Set<String> NO_VARIABLE = Set.of("version");

  @TempDir private Path directory = Path.of("");

  @BeforeEach
  void fill() throws IOException {
    Files.createDirectory(directory.resolve("rules"));
    Files.writeString(directory.resolve("agents.yaml"), "version: 1\nagents: []\n");
  }

  private @Nullable ServerConfig read(
      String text, Map<String, String> environment, ConfigProblems problems) throws IOException {
    Path file = Files.writeString(directory.resolve("server.yaml"), text);
    return ServerConfigReader.read(file, environment, problems);
  }

  static Stream<String> variables() {
    return ScalarKeys.of("server.schema.json").keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("variables")
  void everyVariableReachesTheReader(String variable) throws IOException {
    ConfigProblems problems = new ConfigProblems();
    read(FILE, Map.of(variable, "\u0007"), problems);
    List<String> said = problems.toList().stream().map(ConfigProblem::toString).toList();
    assertFalse(said.isEmpty());
    assertFalse(said.stream().anyMatch(line -> line.contains("unknown key")), said::toString);
    assertTrue(
        said.stream().anyMatch(line -> line.startsWith("environment variable " + variable)),
        said::toString);
  }

  @Test
  void everyKeyTheReaderKnowsHasAVariableOrIsASection() throws IOException {
    ConfigProblems problems = new ConfigProblems();
    read(SECTIONS, Map.of(), problems);
    Set<String> known = new TreeSet<>();
    for (ConfigProblem problem : problems.toList()) {
      if (problem.expected().startsWith("unknown key; expected one of ")) {
        String section = problem.keyPath().substring(0, problem.keyPath().length() - 1);
        for (String key : problem.expected().substring(29).split(", ", -1)) {
          known.add(section + key);
        }
      }
    }
    known.removeAll(NO_VARIABLE);
    Set<String> paths = Set.copyOf(ScalarKeys.of("server.schema.json").values());
    Set<String> without =
        known.stream()
            .filter(key -> !paths.contains(key))
            .filter(key -> paths.stream().noneMatch(path -> path.startsWith(key + ".")))
            .collect(Collectors.toSet());
    assertTrue(known.size() > 60, known.toString());
    assertEquals(Set.of(), without);
  }

  @Test
  void valueThatIsNotGoodNamesItsVariable() throws IOException {
    ConfigProblems problems = new ConfigProblems();
    read(FILE, Map.of("TUNNEL_ENTRY_MAX_HEADER_BYTES", "12"), problems);
    assertEquals(
        "[environment variable TUNNEL_ENTRY_MAX_HEADER_BYTES: entry.maxHeaderBytes: expected a size"
            + " from 1KiB to 1MiB (units: KiB, MiB, GiB), found '12']",
        problems.toList().toString());
  }

  @Test
  void keyThatIsMissingBesideAVariableIsToldAsOne() throws IOException {
    ConfigProblems problems = new ConfigProblems();
    read(FILE, Map.of("TUNNEL_TRACING_SAMPLE", "5%"), problems);
    assertEquals(
        "[environment variable TUNNEL_TRACING_OTLP: tracing.otlp: expected the address of an OTLP"
            + " collector such as http://127.0.0.1:4317; the key is missing]",
        problems.toList().toString());
  }

  @Test
  void pathsAreThoseOfTheFile() throws IOException {
    Files.createDirectory(directory.resolve("others"));
    ConfigProblems problems = new ConfigProblems();
    @Nullable ServerConfig config = read(FILE, Map.of("TUNNEL_RULES", "others"), problems);
    assertEquals(List.of(), problems.toList());
    assertEquals(directory.resolve("others"), Objects.requireNonNull(config).rulesDirectory());
  }
}
