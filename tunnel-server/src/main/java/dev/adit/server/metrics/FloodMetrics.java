package dev.adit.server.metrics;

import dev.adit.core.http2.flood.Flood;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** Counts connections that the entry has ended because a caller passed a limit. Any thread. */
public final class FloodMetrics {
  private final Counter floods;

  /** A counter that is shown by {@code registry}. */
  public FloodMetrics(PrometheusRegistry registry) {
    floods =
        Counter.builder()
            .name("adit_entry_floods")
            .help("Connections of callers that were ended or refused, by the limit they passed.")
            .labelNames("limit")
            .register(registry);
    for (Flood limit : Flood.values()) {
      floods.initLabelValues(limit.text());
    }
  }

  /** A caller has passed a limit. */
  public void add(Flood limit) {
    floods.labelValues(limit.text()).inc();
  }
}
