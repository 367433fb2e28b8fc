package dev.adit.conformance.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.tools.Tool;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Prometheus itself reads what server, agent and the files for it have to say. */
final class PrometheusIT {
  private static final Path ALERTS = MetricsTest.ALERTS.toAbsolutePath().normalize();

  @TempDir private static Path directory;

  private static MetricsSite site;

  @BeforeAll
  static void start() throws Exception {
    site = MetricsSite.start(Files.createDirectory(directory.resolve("site")));
  }

  @AfterAll
  static void stop() throws Exception {
    site.close();
  }

  private static Tool.Run promtool(String... words) throws Exception {
    List<String> all = new ArrayList<>(List.of("promtool"));
    all.addAll(List.of(words));
    var run = Tool.run(directory, 60, all);
    Tool.need(run.isPresent(), "promtool");
    return run.orElseThrow();
  }

  /** Lint too: names, units, HELP and suffixes as Prometheus' conventions have them. */
  @Test
  @Timeout(60)
  void promtoolFindsNothingWrongWithTheMetrics() throws Exception {
    for (String page : List.of(site.serverPage(), site.agentPage())) {
      // The JVM's own are the library's.
      Path file =
          Files.writeString(
              directory.resolve("page.txt"),
              page.lines()
                  .filter(line -> line.matches("(# (HELP|TYPE) )?adit_.*"))
                  .map(line -> line + "\n")
                  .reduce("", String::concat));
      Tool.need(Tool.run(directory, 10, List.of("sh", "-c", "exit")).isPresent(), "sh");
      promtool("--version");
      Tool.Run run =
          Tool.run(directory, 60, List.of("sh", "-c", "promtool check metrics < " + file))
              .orElseThrow();
      assertEquals("", run.output());
      assertEquals(0, run.exitCode());
    }
  }

  @Test
  @Timeout(60)
  void promtoolFindsNothingWrongWithTheAlerts() throws Exception {
    Tool.Run run = promtool("check", "rules", ALERTS.toString());
    assertEquals(0, run.exitCode(), run::output);
    assertTrue(
        run.output().contains(MetricNames.ofAlerts(ALERTS).size() + " rules found"), run::output);
  }

  /**
   * A backend that fails whenever its circuit lets calls through is told; one whose calls have
   * stopped is not, for nothing says that it fails still.
   */
  @Test
  @Timeout(60)
  void circuitThatOpensAgainAndAgainIsTold() throws Exception {
    testAlerts(
        """
          - series: 'adit_backend_circuit{backend="fails",upstream="u",state="open"}'
            values: "0 1 1 0 1 1 0 1 1 0 1 1 0 1 1 0 1"
          - series: 'adit_backend_circuit{backend="idle",upstream="u",state="open"}'
            values: "0 1 1 0x13"
          alert_rule_test:
          - eval_time: 1m
            alertname: AditCircuitOpen
          - eval_time: 3m
            alertname: AditCircuitOpen
            exp_alerts:
            - exp_labels: {severity: warning, backend: fails, upstream: u, state: open}
              exp_annotations:
                summary: "The circuit of backend fails of u stays open, or opens again and again."
                description: "It fails too often to be given calls; adit_backend_calls_total has its statuses."
        """);
  }

  /** A disk that is full for two minutes; a line that was lost once long ago is no news. */
  @Test
  @Timeout(60)
  void accessLogThatLosesLinesIsToldUntilItDoesNot() throws Exception {
    testAlerts(
        """
          - series: 'adit_access_log_lines_dropped_total{instance="s"}'
            values: "0x4 10+10x7 80x40"
          - series: 'adit_access_log_lines_dropped_total{instance="once"}'
            values: "1x53"
          alert_rule_test:
          - eval_time: 1m
            alertname: AditAccessLogLost
          - eval_time: 3m
            alertname: AditAccessLogLost
            exp_alerts:
            - exp_labels: {severity: warning, instance: s}
              exp_annotations:
                summary: "Server s loses lines of its access log."
                description: "Its disk is full or too slow: tunnel-server status says which. Calls go on, and lines come again by themselves."
          - eval_time: 10m
            alertname: AditAccessLogLost
        """);
  }

  /** Certificates that are mended are mended: nothing is told again minutes later. */
  @Test
  @Timeout(60)
  void certificatesThatAreMendedAreToldNoMore() throws Exception {
    testAlerts(
        """
          - series: 'adit_tls_current{instance="s",use="entry.tls"}'
            values: "1x4 0x20 1x60"
          - series: 'adit_tls_loads_total{instance="s",use="entry.tls",result="refused"}'
            values: "0x4 1x20 1x60"
          - series: 'adit_tls_loads_total{instance="s",use="entry.tls",result="loaded"}'
            values: "0x4 0x20 1x60"
          alert_rule_test:
          - eval_time: 5m
            alertname: AditTlsFilesRefused
            exp_alerts:
            - exp_labels: {severity: warning, instance: s, use: entry.tls}
              exp_annotations:
                summary: "s refuses the files of entry.tls; the last good ones are in force."
                description: "The log says what is wrong with them; most often the key is not that of the certificate."
          - eval_time: 8m
            alertname: AditTlsFilesRefused
          - eval_time: 18m
            alertname: AditTlsFilesRefused
        """);
  }

  /**
   * Lets promtool evaluate the alerts.
   *
   * @param test its input series, one each 15 s, and what is to come of them
   */
  private static void testAlerts(String test) throws Exception {
    Files.writeString(
        directory.resolve("alerts-test.yaml"),
        """
        rule_files: ["%s"]
        evaluation_interval: 15s
        tests:
        - interval: 15s
          input_series:
        """
                .formatted(ALERTS)
            + test);
    Tool.Run run = promtool("test", "rules", "alerts-test.yaml");
    assertEquals(0, run.exitCode(), run::output);
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }

  /** One Prometheus, until it is closed. */
  private record Prometheus(Process process, int port) implements AutoCloseable {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Gson GSON = new Gson();

    JsonObject query(String expression) throws Exception {
      return get("query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8));
    }

    JsonObject get(String path) throws Exception {
      URI uri = URI.create("http://127.0.0.1:" + port + "/api/v1/" + path);
      HttpResponse<String> answer =
          HTTP.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() == 503) {
        throw new IOException("Prometheus is not ready");
      }
      return GSON.fromJson(answer.body(), JsonObject.class);
    }

    boolean sees(String expression, int results) throws Exception {
      try {
        return results(expression) == results;
      } catch (IOException e) {
        // It is not up yet.
        return false;
      }
    }

    int results(String expression) throws Exception {
      return query(expression).getAsJsonObject("data").getAsJsonArray("result").size();
    }

    @Override
    public void close() {
      process.destroyForcibly();
      try {
        process.waitFor(10, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static Prometheus prometheus(String... options) throws Exception {
    Files.writeString(
        directory.resolve("prometheus.yml"),
        """
        global: {scrape_interval: 1s, evaluation_interval: 1s}
        rule_files: ["%s"]
        scrape_configs:
        - {job_name: adit-server, static_configs: [{targets: ["%s"]}]}
        - {job_name: adit-agent, static_configs: [{targets: ["%s"]}]}
        """
            .formatted(ALERTS, site.serverAdmin(), site.agentAdmin()));
    Tool.need(
        Tool.run(directory, 30, List.of("prometheus", "--version")).isPresent(), "prometheus");
    int port = freePort();
    List<String> words = new ArrayList<>(List.of("prometheus", "--config.file=prometheus.yml"));
    words.add("--storage.tsdb.path=data" + port);
    words.add("--web.listen-address=127.0.0.1:" + port);
    words.addAll(List.of(options));
    Process process =
        new ProcessBuilder(words)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("prometheus.log").toFile())
            .start();
    return new Prometheus(process, port);
  }

  @Test
  @Timeout(120)
  void prometheusScrapesBothAndEvaluatesEveryExpression() throws Exception {
    try (Prometheus prometheus = prometheus()) {
      Eventually.holds("both are scraped", () -> prometheus.sees("up == 1", 2));
      assertEquals(1, prometheus.results("adit_calls_total{status=\"OK\"} == 1"));
      assertEquals(1, prometheus.results("adit_backend_calls_total{status=\"OK\"} == 1"));
      assertEquals(1, prometheus.results("adit_rules_current == 1"));
      Map<String, String> wrong = new TreeMap<>();
      List<String> expressions = new ArrayList<>(MetricNames.ofAlerts(ALERTS).values());
      for (String each : MetricNames.ofDashboard(MetricsTest.DASHBOARD)) {
        if (!each.startsWith("label_values(")) {
          expressions.add(
              each.replace("$__rate_interval", "5m").replaceAll("\\$(\\w+|\\{\\w+})", ".*"));
        }
      }
      for (String expression : expressions) {
        JsonObject answer = prometheus.query(expression);
        if (!"success".equals(answer.get("status").getAsString())) {
          wrong.put(expression, answer.toString());
        }
      }
      assertEquals(Map.of(), wrong);
      Eventually.holds(
          "the alerts are evaluated",
          () -> !prometheus.get("rules").toString().contains("\"health\":\"unknown\""));
      String rules = prometheus.get("rules").toString();
      assertFalse(rules.contains("\"health\":\"err\""), rules);
      assertFalse(rules.contains("\"state\":\"firing\""), rules);
    }
  }

  /** Both ends' histograms have exact buckets for one that can read them. */
  @Test
  @Timeout(120)
  void prometheusReadsNativeHistograms() throws Exception {
    try (Prometheus prometheus = prometheus("--enable-feature=native-histograms")) {
      for (String name : List.of("adit_call_duration_seconds", "adit_backend_answer_seconds")) {
        Eventually.holds(name, () -> prometheus.sees("histogram_count(" + name + ") == 1", 1));
        assertEquals(1, prometheus.results("histogram_quantile(0.5, " + name + ") > 0"));
        assertEquals(0, prometheus.results(name + "_bucket"));
      }
    }
  }
}
