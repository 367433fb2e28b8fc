package dev.adit.server.metrics;

import dev.adit.core.flow.CreditStalls;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;

/** Counts what becomes of tunnels. Any thread. */
public final class TunnelMetrics {
  /** Why tunnels are refused (docs/protocol.md). */
  private static final List<String> REFUSALS =
      List.of("unauthenticated", "forbidden", "malformed", "draining");

  /** Why tunnels end. */
  private static final List<String> ENDS =
      List.of("closed", "dead", "forbidden", "lost", "protocol");

  private static final String OTHER = "other";

  private final CounterDataPoint up;
  private final CounterDataPoint takeovers;
  private final Counter ended;
  private final Counter refused;
  private final CreditStalls stalls = new CreditStalls();

  /** Counters that are shown by {@code registry}. */
  public TunnelMetrics(PrometheusRegistry registry) {
    up =
        Counter.builder()
            .name("adit_tunnels_opened")
            .help("Tunnels that agents have opened, those that take the place of others included.")
            .withoutExemplars()
            .register(registry);
    ended =
        Counter.builder()
            .name("adit_tunnels_ended")
            .help("Tunnels of agents that have ended, by reason.")
            .labelNames("reason")
            .withoutExemplars()
            .register(registry);
    ENDS.forEach(ended::initLabelValues);
    refused =
        Counter.builder()
            .name("adit_tunnels_refused")
            .help("Tunnels that agents were refused, by reason.")
            .labelNames("reason")
            .withoutExemplars()
            .register(registry);
    REFUSALS.forEach(refused::initLabelValues);
    takeovers =
        Counter.builder()
            .name("adit_agent_takeovers")
            .help("Times that a run of an agent took the place of another that was connected.")
            .withoutExemplars()
            .register(registry);
  }

  /** Where requests that wait for credit are counted. */
  public CreditStalls stalls() {
    return stalls;
  }

  /** An agent's tunnel was welcomed. */
  public void onUp() {
    up.inc();
  }

  /** A tunnel that had been welcomed has ended for this reason. */
  public void onEnded(String reason) {
    ended.labelValues(ENDS.contains(reason) ? reason : OTHER).inc();
  }

  /** A tunnel was refused for this reason. */
  public void onRefused(String reason) {
    refused.labelValues(REFUSALS.contains(reason) ? reason : OTHER).inc();
  }

  /** A run of an agent has taken the place of another. */
  public void onTakeover() {
    takeovers.inc();
  }
}
