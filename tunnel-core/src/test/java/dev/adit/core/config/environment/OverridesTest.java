package dev.adit.core.config.environment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.config.yaml.YamlNode;
import dev.adit.core.config.yaml.YamlReader;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class OverridesTest {
  private static final String SERVER = "server.schema.json";

  private final List<String> problems = new ArrayList<>();

  private YamlNode over(String text, Map<String, String> environment) {
    return Overrides.of(environment, SERVER)
        .over(read(text), problem -> problems.add(problem.keyPath() + ": " + problem.expected()));
  }

  private static YamlNode read(String text) {
    return Objects.requireNonNull(YamlReader.read(text, problem -> {}));
  }

  @ParameterizedTest
  @CsvSource({
    "entry.listen, TUNNEL_ENTRY_LISTEN",
    "entry.maxHeaderBytes, TUNNEL_ENTRY_MAX_HEADER_BYTES",
    "tunnel.tls.clientCa, TUNNEL_TUNNEL_TLS_CLIENT_CA",
    "tunnel.floods.goAways, TUNNEL_TUNNEL_FLOODS_GO_AWAYS",
    "admin.token.file, TUNNEL_ADMIN_TOKEN_FILE",
    "rules, TUNNEL_RULES",
    "accessLog, TUNNEL_ACCESS_LOG",
    "tracing.sample, TUNNEL_TRACING_SAMPLE"
  })
  void keyHasAVariable(String path, String variable) {
    assertEquals(variable, ScalarKeys.variable(path));
    assertEquals(path, ScalarKeys.of(SERVER).get(variable));
  }

  @ParameterizedTest
  @ValueSource(strings = {"server.schema.json", "agent.schema.json"})
  void noTwoKeysShareAVariable(String schema) {
    Map<String, String> keys = ScalarKeys.of(schema);
    assertTrue(keys.size() > 15, keys.toString());
    assertEquals(keys.size(), new LinkedHashSet<>(keys.values()).size());
    keys.forEach((variable, path) -> assertEquals(variable, ScalarKeys.variable(path)));
  }

  @Test
  void sectionsListsAndTheVersionHaveNone() {
    Set<String> agent = ScalarKeys.of("agent.schema.json").keySet();
    for (String name : List.of("TOKEN", "TLS", "GROUPS", "UPSTREAMS", "ROUTES", "VERSION")) {
      assertTrue(!agent.contains("TUNNEL_" + name), name);
    }
    assertTrue(agent.containsAll(Set.of("TUNNEL_SERVERS", "TUNNEL_TOKEN_FILE", "TUNNEL_ADMIN")));
  }

  @Test
  void variableComesBeforeTheFile() {
    YamlNode root =
        over(
            "{entry: {listen: [a, b], maxConnections: 5}, rules: r}",
            Map.of(
                "TUNNEL_ENTRY_LISTEN", "127.0.0.1:1",
                "TUNNEL_TRACING_OTLP", "http://c:4317",
                "TUNNEL_RULES", "other",
                "TUNNEL_LOG_LEVEL", ""));
    assertEquals(
        "{entry: {listen: \"127.0.0.1:1\", maxConnections: 5}, rules: other,"
            + " tracing: {otlp: \"http://c:4317\"}}",
        root.toYaml());
    assertEquals(List.of(), problems);
  }

  @Test
  void wordThatStandsForASectionGivesWay() {
    YamlNode root = over("{accessLog: off}", Map.of("TUNNEL_ACCESS_LOG_FORMAT", "text"));
    assertEquals("{accessLog: {format: text}}", root.toYaml());
  }

  @Test
  void twoVariablesThatContradictEachOtherAreAProblem() {
    over("{}", Map.of("TUNNEL_ACCESS_LOG", "off", "TUNNEL_ACCESS_LOG_FORMAT", "text"));
    assertEquals(
        List.of(
            "accessLog.format: cannot be set by a variable where the file, or another variable,"
                + " has 'off' as accessLog"),
        problems);
  }

  @Test
  void keyInsideOfAListIsAProblem() {
    YamlNode root = over("{entry: {tls: [{cert: a}]}}", Map.of("TUNNEL_ENTRY_TLS_CERT", "b"));
    assertEquals("{entry: {tls: [{cert: a}]}}", root.toYaml());
    assertEquals(
        List.of(
            "entry.tls.cert: cannot be set by a variable where the file, or another variable,"
                + " has a list as entry.tls"),
        problems);
  }

  @Test
  void variableThatFitsNoKeyIsToldWithoutItsValue() {
    Map<String, String> environment =
        Map.of(
            "TUNNEL_ENTRY_LISTN", "geheim",
            "TUNNEL_WAYOUT", "geheim",
            "TUNNEL_SERVER_SERVICE_HOST", "10.0.0.1",
            "TUNNEL_SERVER_PORT_8002_TCP_ADDR", "10.0.0.1",
            "TUNNEL_SERVER_PORT", "tcp://10.0.0.1:8002",
            "TUNNEL_ADMIN_SECRET", "geheim",
            "OTHER", "x");
    List<String> warnings =
        Overrides.of(environment, SERVER)
            .warnings(read("{admin: {token: {env: TUNNEL_ADMIN_SECRET}}}"));
    String fits = " fits no key of the configuration that holds a single value, and is ignored";
    assertEquals(
        List.of(
            "the environment variable TUNNEL_ENTRY_LISTN"
                + fits
                + " (did you mean TUNNEL_ENTRY_LISTEN?)",
            "the environment variable TUNNEL_WAYOUT" + fits),
        warnings);
  }

  @Test
  void fileThatIsNoMappingStaysAsItIs() {
    assertEquals("[a]", over("[a]", Map.of("TUNNEL_RULES", "r")).toYaml());
  }
}
