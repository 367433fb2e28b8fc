package dev.adit.conformance.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The tables of docs/metrics.md list what running processes show, in their own words, and whatever
 * is made to look at metrics asks for those that there are.
 */
final class MetricsTest {
  private static final Path DEPLOY = Path.of("..", "deploy");
  static final Path DASHBOARD = DEPLOY.resolve("grafana/adit.json");
  static final Path ALERTS = DEPLOY.resolve("prometheus/alerts.yaml");
  private static final Document METRICS = Document.named("docs/metrics.md");

  /** Labels of histograms and summaries that are not written down. */
  private static final Set<String> OF_BUCKETS = Set.of("le", "quantile");

  @TempDir private static Path directory;

  private static MetricsSite site;
  private static String server;
  private static String agent;

  @BeforeAll
  static void start() throws Exception {
    site = MetricsSite.start(directory);
    site.server().reloadRules().join();
    server = site.serverPage();
    agent = site.agentPage();
  }

  @AfterAll
  static void stop() throws Exception {
    site.close();
  }

  /** HELP, as a row of the table has it. */
  private static String rows(String page) {
    MetricNames names = new MetricNames(page);
    return page.lines()
        .filter(line -> line.startsWith("# HELP adit_"))
        .map(line -> line.substring("# HELP ".length()).split(" ", 2))
        .map(help -> row(help[0], labels(names, help[0]), help[1]))
        .collect(Collectors.joining("\n"));
  }

  private static String row(String name, Set<String> labels, String help) {
    return name + " " + new TreeSet<>(labels) + " " + help;
  }

  private static Set<String> labels(MetricNames names, String metric) {
    Set<String> labels = new TreeSet<>(names.labelsOf(metric));
    labels.removeAll(OF_BUCKETS);
    return labels;
  }

  private static String table(String heading) {
    return METRICS.table(heading).stream()
        .map(
            cells ->
                row(
                    cells.get(0),
                    Stream.of(cells.get(1).split(", "))
                        .filter(label -> !label.isEmpty())
                        .collect(Collectors.toSet()),
                    cells.get(2)))
        .collect(Collectors.joining("\n"));
  }

  @Test
  void everyMetricOfTheServerHasItsRowAndNoOtherRowIsThere() {
    assertEquals(rows(server), table("Server"));
  }

  @Test
  void everyMetricOfTheAgentHasItsRowAndNoOtherRowIsThere() {
    assertEquals(rows(agent), table("Agent"));
  }

  @Test
  void callIsSeenAtBothEnds() {
    String ofCall = "group=\"shop\",host=\"\",method=\"Get\",rule=\"%s\",service=\"shop.Cart\"";
    assertTrue(
        server
            .lines()
            .anyMatch(
                line ->
                    line.startsWith(
                            "adit_calls_total{group=\"shop\",host=\"\",method=\"Get\",reason=\"\"")
                        && line.endsWith("service=\"shop.Cart\",status=\"OK\"} 1.0")),
        () -> ofCall + " not in\n" + server);
    for (String line :
        List.of(
            "adit_group_agents{group=\"shop\"} 1.0",
            "adit_rules_current 1.0",
            "adit_rules_loads_total{result=\"loaded\"} 2.0",
            "adit_agents_file_current 1.0",
            "adit_calls_running 0.0",
            "adit_draining 0.0")) {
      assertTrue(server.lines().anyMatch(line::equals), () -> line + " not in\n" + server);
    }
    assertTrue(
        agent
            .lines()
            .anyMatch(
                line ->
                    line.startsWith("adit_backend_calls_total{backend=\"127.0.0.1:")
                        && line.endsWith(
                            "group=\"\",reason=\"\",status=\"OK\",upstream=\"backend\"} 1.0")),
        () -> agent);
    for (String line :
        List.of(
            "adit_servers_connected 1.0",
            "adit_served_calls_running 0.0",
            "adit_served_calls_total 1.0")) {
      assertTrue(agent.lines().anyMatch(line::equals), () -> line + " not in\n" + agent);
    }
    for (String page : List.of(server, agent)) {
      assertTrue(page.lines().anyMatch(line -> line.startsWith("jvm_memory_used_bytes")));
      assertTrue(
          page.lines()
              .anyMatch(
                  line -> line.matches("adit_certificate_expiry_timestamp_seconds\\{.*} [^0].*")));
    }
  }

  private static Map<String, List<String>> unknown(Map<String, String> expressions) {
    MetricNames names = new MetricNames(server, agent);
    Map<String, List<String>> unknown = new LinkedHashMap<>();
    expressions.forEach(
        (where, expression) -> {
          List<String> found = names.unknownIn(expression);
          if (!found.isEmpty()) {
            unknown.put(where + ": " + expression, found);
          }
        });
    return unknown;
  }

  private static Map<String, String> each(Iterable<String> expressions) {
    Map<String, String> all = new LinkedHashMap<>();
    expressions.forEach(one -> all.put("expression " + all.size(), one));
    return all;
  }

  @Test
  void alertsAskForMetricsThatThereAre() throws Exception {
    Map<String, String> alerts = MetricNames.ofAlerts(ALERTS);
    assertFalse(alerts.isEmpty());
    assertEquals(Map.of(), unknown(alerts));
  }

  @Test
  void dashboardAsksForMetricsThatThereAre() throws Exception {
    Set<String> expressions = MetricNames.ofDashboard(DASHBOARD);
    assertFalse(expressions.isEmpty());
    assertEquals(Map.of(), unknown(each(expressions)));
  }

  @Test
  void queriesInTheDocumentAskForMetricsThatThereAre() {
    List<String> queries =
        METRICS.blocks().stream()
            .filter(block -> block.words().equals("promql"))
            .flatMap(block -> block.body().lines())
            .filter(line -> !line.isBlank())
            .toList();
    assertFalse(queries.isEmpty());
    assertEquals(Map.of(), unknown(each(queries)));
  }

  /** Every alert says what is wrong and what to do about it. */
  @Test
  void everyAlertIsInTheDocument() throws Exception {
    Set<String> described =
        METRICS.table("Alerts").stream().map(cells -> cells.get(0)).collect(Collectors.toSet());
    assertEquals(MetricNames.ofAlerts(ALERTS).keySet(), described);
  }
}
