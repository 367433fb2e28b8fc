package dev.adit.agent.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.agent.backend.Backend;
import dev.adit.agent.backend.GroupUpstream;
import dev.adit.agent.backend.UpstreamTable;
import dev.adit.core.call.CallFailure;
import dev.adit.core.config.HostPort;
import dev.adit.core.http2.read.ReceiveWindows;
import dev.adit.core.process.EventLoops;
import dev.adit.core.upstream.BackendConfig;
import dev.adit.core.upstream.UpstreamConfig;
import dev.adit.core.upstream.UpstreamName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What calls to backends are counted as, while what there is of these changes. */
final class UpstreamMetricsTest {
  private final EventLoops loops = EventLoops.start(1, "metrics-test");
  private final List<GroupUpstream> served = new ArrayList<>();
  private final AgentMetrics all = new AgentMetrics("1.0", () -> List.copyOf(served));
  private final UpstreamMetrics metrics = all.upstreams();

  @AfterEach
  void end() {
    loops.close();
  }

  private static List<BackendConfig> backends(int from, int number) {
    return IntStream.range(from, from + number)
        .mapToObj(port -> new BackendConfig(new HostPort("127.0.0.1", port), 1))
        .toList();
  }

  /** Serves an upstream of these backends and nothing else. */
  private UpstreamTable serve(String group, List<BackendConfig> backends) throws IOException {
    UpstreamTable table =
        new UpstreamTable(
            List.of(UpstreamConfig.of(new UpstreamName("orders"), backends)),
            loops,
            ReceiveWindows.Sizes.fixed(1024));
    served.clear();
    table.upstreams().forEach(each -> served.add(new GroupUpstream(group, each)));
    return table;
  }

  private Backend backend(int index) {
    return served.get(0).upstream().backends().get(index);
  }

  private long series(String metric) {
    return all.page().body().lines().filter(line -> line.startsWith(metric + "{")).count();
  }

  private void assertShown(String line) {
    String page = all.page().body();
    assertTrue(page.lines().anyMatch(line::equals), () -> line + " not in\n" + page);
  }

  @Test
  void callsAreToldApartByBackendStatusAndReason() throws IOException {
    serve("shop", backends(1000, 2));
    BackendSeries first = metrics.of(backend(0));
    assertSame(first, metrics.of(backend(0)));
    first.onOpened(1_000_000);
    first.onEnded("OK", null, 5_000_000);
    first.onEnded("", CallFailure.BACKEND_RESET, 5_000_000);
    metrics.of(backend(1)).onFailed("", CallFailure.BACKEND_UNREACHABLE);
    String of =
        "adit_backend_calls_total{backend=\"127.0.0.1:%d\",group=\"shop\",reason=\"%s\","
            + "status=\"%s\",upstream=\"orders\"} 1.0";
    assertShown(of.formatted(1000, "", "OK"));
    assertShown(of.formatted(1000, "backend-reset", ""));
    assertShown(of.formatted(1001, "backend-unreachable", ""));
    assertShown(
        "adit_backend_call_duration_seconds_count"
            + "{backend=\"127.0.0.1:1000\",group=\"shop\",upstream=\"orders\"} 2");
  }

  /** A server may hand out other backends each minute. */
  @Test
  void backendsThatAreServedNoMoreAreForgotten() throws IOException {
    for (int round = 0; round < 50; round++) {
      UpstreamTable table = serve("shop", backends(1000 + 100 * round, 100));
      for (int i = 0; i < 100; i++) {
        metrics.of(backend(i)).onEnded("OK", null, 1);
      }
      table.retireAllBut(null);
    }
    serve("shop", backends(9000, 1));
    metrics.of(backend(0)).onEnded("OK", null, 1);
    assertEquals(1, series("adit_backend_calls_total"));
    assertTrue(series("adit_backend_call_duration_seconds_count") <= 2);
    assertFalse(all.page().body().contains("127.0.0.1:1000"));
  }

  @Test
  void countersGoOnWhereABackendComesBackUnderItsName() throws IOException {
    UpstreamTable before = serve("shop", backends(1000, 1));
    metrics.of(backend(0)).onEnded("OK", null, 1);
    before.retireAllBut(null);
    serve("shop", backends(1000, 1));
    metrics.of(backend(0)).onEnded("OK", null, 1);
    assertShown(
        "adit_backend_calls_total{backend=\"127.0.0.1:1000\",group=\"shop\",reason=\"\","
            + "status=\"OK\",upstream=\"orders\"} 2.0");
  }

  @Test
  void backendsWithoutNumberFillNothing() throws IOException {
    serve("shop", backends(1000, 1500));
    for (int i = 0; i < 1500; i++) {
      metrics.of(backend(i)).onEnded("OK", null, 1);
    }
    assertEquals(UpstreamMetrics.MAX_SERIES + 1, series("adit_backend_calls_total"));
    assertEquals(UpstreamMetrics.MAX_SERIES, series("adit_backend_calls_running"));
    assertShown(
        "adit_backend_calls_total{backend=\"other\",group=\"other\",reason=\"\",status=\"OK\","
            + "upstream=\"other\"} 500.0");
  }

  @Test
  void breakerAndHealthAreShown() throws IOException {
    serve("", backends(1000, 1));
    String labels = "{backend=\"127.0.0.1:1000\",group=\"\",upstream=\"orders\"}";
    assertShown("adit_backend_healthy" + labels + " 1.0");
    assertShown("adit_backend_reachable" + labels + " 1.0");
    backend(0).healthy(false);
    assertShown("adit_backend_healthy" + labels + " 0.0");
  }
}
