package dev.adit.agent.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.config.ConfigException;
import dev.adit.core.config.ConfigProblem;
import dev.adit.core.config.ConfigProblems;
import dev.adit.core.config.HostPort;
import dev.adit.core.config.SecretRef;
import dev.adit.core.config.environment.ScalarKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Environment variables over agent.yaml. */
final class AgentVariablesTest {
  private static final String FILE =
      """
      version: 1
      id: shop-1
      servers: 127.0.0.1:8003
      insecure: true
      token: {env: TUNNEL_TOKEN}
      upstreams: [{name: u, backends: 127.0.0.1:1}]
      """;

  @TempDir private Path directory = Path.of("");

  private AgentConfig read(Map<String, String> environment, ConfigProblems problems)
      throws IOException, ConfigException {
    Path file = Files.writeString(directory.resolve("agent.yaml"), FILE);
    return AgentConfigReader.read(file, environment, problems);
  }

  static Stream<String> variables() {
    return ScalarKeys.of("agent.schema.json").keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("variables")
  void everyVariableReachesTheReader(String variable) {
    Map<String, String> environment = Map.of(variable, "\u0007");
    String said =
        assertThrows(ConfigException.class, () -> read(environment, new ConfigProblems()))
            .problems()
            .stream()
            .map(ConfigProblem::toString)
            .collect(Collectors.joining("\n"));
    assertTrue(!said.contains("unknown key"), said);
    assertTrue(
        said.lines().anyMatch(line -> line.startsWith("environment variable " + variable)), said);
  }

  @Test
  void severalValuesComeFromTheEnvironment() throws Exception {
    ConfigProblems problems = new ConfigProblems();
    AgentConfig config =
        read(
            Map.of(
                "TUNNEL_SERVERS", "tunnel.example.com:8003",
                "TUNNEL_ADMIN", "off",
                "TUNNEL_TOKEN", "adit_geheim",
                "TUNNEL_CAPACITY", "7"),
            problems);
    assertEquals(List.of(new HostPort("tunnel.example.com", 8003)), config.servers());
    assertEquals(null, config.adminListen());
    assertEquals(7, config.capacity());
    assertEquals(new SecretRef.FromEnvironment("TUNNEL_TOKEN"), config.token());
    assertEquals(List.of(), problems.warnings());
  }

  @Test
  void tokenThatTheFileDoesNotNameIsAWarning() throws Exception {
    ConfigProblems problems = new ConfigProblems();
    read(Map.of("TUNNEL_SECRET", "adit_geheim"), problems);
    assertEquals(1, problems.warnings().size());
    assertTrue(problems.warnings().get(0).contains("TUNNEL_SECRET"), problems.warnings()::toString);
    assertTrue(!problems.warnings().get(0).contains("geheim"), problems.warnings()::toString);
  }
}
