package dev.adit.core.metrics;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.NativeHistogramBuckets;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** How long something took, of one series. Any thread, without locks. */
public final class Latency {
  private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

  // deps
  private final LatencyBounds bounds;
  private final Labels labels;

  // shared: made when first needed; most series use few of them
  private final AtomicReferenceArray<@Nullable LongAdder> counts;

  // shared
  private final LongAdder nanos = new LongAdder();

  Latency(LatencyBounds bounds, Labels labels) {
    this.bounds = bounds;
    this.labels = labels;
    counts = new AtomicReferenceArray<>(bounds.cells());
  }

  /** It took this long. */
  public void observe(long durationNanos) {
    nanos.add(durationNanos);
    int cell = bounds.cell(durationNanos / NANOS_PER_SECOND);
    LongAdder count = counts.get(cell);
    if (count == null) {
      count = make(cell);
    }
    count.increment();
  }

  private LongAdder make(int cell) {
    LongAdder made = new LongAdder();
    LongAdder other = counts.compareAndExchange(cell, null, made);
    return other == null ? made : other;
  }

  Labels labels() {
    return labels;
  }

  /** Each cell is read once: both histograms count the same. */
  HistogramDataPointSnapshot snapshot() {
    long[] classic = new long[bounds.classic().length];
    int[] indexes = new int[bounds.cells()];
    long[] natives = new long[bounds.cells()];
    int used = 0;
    long zero = 0;
    for (int cell = 0; cell < bounds.cells(); cell++) {
      LongAdder adder = counts.get(cell);
      long count = adder == null ? 0 : adder.sum();
      if (count == 0) {
        continue;
      }
      classic[bounds.classicOf(cell)] += count;
      if (cell == 0) {
        zero = count;
      } else if (used > 0 && indexes[used - 1] == bounds.nativeOf(cell)) {
        natives[used - 1] += count;
      } else {
        indexes[used] = bounds.nativeOf(cell);
        natives[used++] = count;
      }
    }
    return new HistogramDataPointSnapshot(
        ClassicHistogramBuckets.of(bounds.classic(), classic),
        LatencyBounds.SCHEMA,
        zero,
        LatencyBounds.ZERO_SECONDS,
        NativeHistogramBuckets.of(Arrays.copyOf(indexes, used), Arrays.copyOf(natives, used)),
        NativeHistogramBuckets.EMPTY,
        nanos.sum() / NANOS_PER_SECOND,
        labels,
        Exemplars.EMPTY,
        0);
  }
}
