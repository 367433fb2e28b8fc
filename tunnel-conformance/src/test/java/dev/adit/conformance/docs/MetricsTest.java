package dev.adit.conformance.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.conformance.check.CallerKind;
import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.peer.Field;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.peer.RawConnection;
import dev.adit.conformance.site.AgentPlan;
import dev.adit.conformance.site.LocalSite;
import dev.adit.conformance.site.SitePlan;
import dev.adit.core.admin.AdminClient;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The tables of docs/metrics.md list what a running server shows, in its own words. */
final class MetricsTest {
  private static final Document METRICS = Document.named("docs/metrics.md");

  private static List<String> lines(LocalSite site) throws Exception {
    AdminClient admin = new AdminClient(site.admin(), null);
    return admin.get("/metrics").lines().toList();
  }

  /** What a line of HELP says, as a row of the table has it. */
  private static String row(String help) {
    return help.substring("# HELP ".length());
  }

  @Test
  void everyMetricOfTheServerHasItsRowAndNoOtherRowIsThere() throws Exception {
    try (RawBackend backend =
            RawBackend.start(
                stream ->
                    stream.head(
                        Field.list(
                            ":status",
                            "200",
                            "content-type",
                            "application/grpc",
                            "grpc-status",
                            "0"),
                        true));
        LocalSite site =
            LocalSite.start(
                SitePlan.of(
                    "version: 1\nrules:\n- {name: all, to: all}\n",
                    AgentPlan.of("a", "all", backend.hostAndPort())));
        RawConnection caller = RawConnection.dial(site.entry())) {
      assertEquals(
          "0",
          caller
              .open(CallerKind.GRPC.request("/shop.Cart/Get"), true)
              .answer()
              .last("grpc-status"));
      site.server().reloadRules().join();
      Eventually.holds(
          "a round trip is measured",
          () -> lines(site).stream().anyMatch(line -> line.startsWith("adit_agent_round_trip")));
      List<String> shown = lines(site);
      assertEquals(
          shown.stream()
              .filter(line -> line.startsWith("# HELP adit_"))
              .map(MetricsTest::row)
              .collect(Collectors.joining("\n")),
          METRICS.table("Server").stream()
              .map(cells -> cells.get(0) + " " + cells.get(2))
              .collect(Collectors.joining("\n")));
      for (String line :
          List.of(
              "adit_calls_total{group=\"all\",method=\"Get\",reason=\"\",rule=\"all\","
                  + "service=\"shop.Cart\",status=\"OK\"} 1.0",
              "adit_group_agents{group=\"all\"} 1.0",
              "adit_rules_current 1.0",
              "adit_rules_loads_total{result=\"loaded\"} 2.0",
              "adit_calls_running 0.0")) {
        assertTrue(shown.contains(line), () -> line + " not in\n" + String.join("\n", shown));
      }
      assertTrue(shown.stream().anyMatch(line -> line.startsWith("jvm_memory_used_bytes")));
    }
  }
}
