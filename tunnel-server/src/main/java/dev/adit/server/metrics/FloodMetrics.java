package dev.adit.server.metrics;

import dev.adit.core.http2.flood.Flood;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/**
 * Counts connections of one listener that were ended because the peer passed a limit. Any thread.
 */
public final class FloodMetrics {
  private final Counter floods;

  /** A counter that is shown by {@code registry}. */
  public FloodMetrics(PrometheusRegistry registry, String name, String help) {
    floods = Counter.builder().name(name).help(help).labelNames("limit").register(registry);
    for (Flood limit : Flood.values()) {
      floods.initLabelValues(limit.text());
    }
  }

  /** A peer has passed a limit. */
  public void add(Flood limit) {
    floods.labelValues(limit.text()).inc();
  }
}
