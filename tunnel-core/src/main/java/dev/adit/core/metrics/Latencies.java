package dev.adit.core.metrics;

import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.Unit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A histogram of durations, as classic and as native buckets, whose observers are never held up by
 * a scrape: the library's own lets them wait for one. Any thread.
 */
public final class Latencies implements Collector {
  private static final LatencyBounds USUAL =
      new LatencyBounds(
          0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300);

  // deps
  private final MetricMetadata metadata;
  private final List<String> labelNames;

  // shared: whoever asks for series bounds their number
  private final Map<Labels, Latency> series = new ConcurrentHashMap<>();

  /**
   * A histogram that is shown by {@code registry}.
   *
   * @param name with its unit, seconds
   */
  public Latencies(PrometheusRegistry registry, String name, String help, String... labelNames) {
    metadata = new MetricMetadata(name, help, Unit.SECONDS);
    this.labelNames = List.of(labelNames);
    registry.register(this);
  }

  /** The series of these values, one for each label. Looked up; keep it. */
  public Latency of(String... labelValues) {
    return series.computeIfAbsent(
        Labels.of(labelNames, List.of(labelValues)), labels -> new Latency(USUAL, labels));
  }

  /** Shows the series no more. */
  public void remove(Latency gone) {
    series.remove(gone.labels(), gone);
  }

  @Override
  public HistogramSnapshot collect() {
    return new HistogramSnapshot(
        metadata, series.values().stream().map(Latency::snapshot).toList());
  }
}
