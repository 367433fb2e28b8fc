package dev.adit.server.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.name.AgentId;
import dev.adit.core.name.GroupName;
import dev.adit.server.registry.AgentRegistry;
import dev.adit.server.registry.AgentSession;
import dev.adit.testing.tunnel.HandLoop;
import dev.adit.testing.tunnel.TunnelPair;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is shown of the agents that are connected. */
final class ServerMetricsTest {
  private final AgentRegistry registry = new AgentRegistry();
  private final ServerMetrics metrics = new ServerMetrics("1.0");

  private AgentSession join(String id, String instance) {
    return registry.join(
        new AgentId(id),
        instance,
        new TunnelPair(new HandLoop(), TunnelPair.SMALL).server().stream(),
        () ->
            new AgentSession(
                new AgentId(id),
                instance,
                Set.of(new GroupName("shop")),
                10,
                "",
                "",
                Instant.EPOCH));
  }

  private long series(String name) {
    return metrics.page().body().lines().filter(line -> line.startsWith(name + "{")).count();
  }

  /** Two series with the same labels would break the whole scrape. */
  @Test
  void runsOfOneAgentAreOneSeries() {
    metrics.watch(registry);
    join("a", "old");
    assertTrue(join("a", "young").tryBegin());
    String page = metrics.page().body();
    assertTrue(page.contains("adit_agent_calls_running{agent=\"a\"} 1.0"), page);
    assertEquals(1, series("adit_agent_calls_running"));
  }

  @Test
  void agentsWithoutNumberFillNothing() {
    metrics.watch(registry);
    for (int i = 0; i < 1100; i++) {
      join("agent-" + i, "run");
    }
    assertEquals(1000, series("adit_agent_calls_running"));
    assertTrue(metrics.page().body().contains("adit_agents 1100.0"));
  }
}
