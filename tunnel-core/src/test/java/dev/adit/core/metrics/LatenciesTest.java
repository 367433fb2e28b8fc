package dev.adit.core.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.NativeHistogramBuckets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Durations are counted in the buckets in which the library's own histogram counts them. */
final class LatenciesTest {
  private static final double[] SECONDS = {
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300
  };

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Latencies latencies = new Latencies(registry, "a_seconds", "How long.", "of");
  private final Histogram library =
      Histogram.builder()
          .name("b_seconds")
          .classicUpperBounds(SECONDS)
          .nativeInitialSchema(LatencyBounds.SCHEMA)
          .nativeMinZeroThreshold(LatencyBounds.ZERO_SECONDS)
          .nativeMaxZeroThreshold(LatencyBounds.ZERO_SECONDS)
          .nativeMaxNumberOfBuckets(1000)
          .labelNames("of")
          .build();

  private void observe(long nanos) {
    latencies.of("x").observe(nanos);
    library.labelValues("x").observe(nanos / 1e9);
  }

  private static HistogramDataPointSnapshot point(HistogramSnapshot snapshot) {
    return snapshot.getDataPoints().get(0);
  }

  private HistogramDataPointSnapshot ours() {
    return point(latencies.collect());
  }

  private static List<String> natives(HistogramDataPointSnapshot point) {
    NativeHistogramBuckets buckets = point.getNativeBucketsForPositiveValues();
    List<String> texts = new ArrayList<>();
    texts.add("zero " + point.getNativeZeroCount());
    for (int i = 0; i < buckets.size(); i++) {
      texts.add(buckets.getBucketIndex(i) + " " + buckets.getCount(i));
    }
    return texts;
  }

  private static List<String> classic(HistogramDataPointSnapshot point) {
    return point.getClassicBuckets().stream()
        .map(bucket -> bucket.getUpperBound() + " " + bucket.getCount())
        .toList();
  }

  private void assertSame() {
    HistogramDataPointSnapshot theirs = point(library.collect());
    assertEquals(LatencyBounds.SCHEMA, theirs.getNativeSchema());
    assertEquals(classic(theirs), classic(ours()));
    assertEquals(natives(theirs), natives(ours()));
    assertEquals(theirs.getSum(), ours().getSum(), 1e-6 * theirs.getSum());
  }

  @Test
  void bucketsAreThoseOfTheLibrary() {
    Random random = new Random(7);
    for (int i = 0; i < 20_000; i++) {
      observe((long) Math.exp(random.nextDouble() * Math.log(1e14)));
    }
    assertSame();
  }

  @Test
  void boundsBelongToTheBucketThatTheyEnd() {
    for (double seconds : SECONDS) {
      long nanos = Math.round(seconds * 1e9);
      observe(nanos - 1);
      observe(nanos);
      observe(nanos + 1);
    }
    for (int doubling = -9; doubling < 10; doubling++) {
      observe(Math.round(Math.pow(2, doubling) * 1e9));
    }
    observe(0);
    assertSame();
  }

  @Test
  void whatIsLongerThanTheLastBucketIsInIt() {
    latencies.of("x").observe(TimeUnit.DAYS.toNanos(365));
    HistogramDataPointSnapshot point = ours();
    assertEquals(1, point.getClassicBuckets().getCount(SECONDS.length));
    assertEquals(List.of("zero 0", "160 1"), natives(point));
  }

  /** Both histograms count one observation or none of it, also in the midst of a scrape. */
  @Test
  void scrapeAmidObservationsIsWhole() throws InterruptedException {
    Latency latency = latencies.of("x");
    int threads = 4;
    int each = 100_000;
    CountDownLatch done = new CountDownLatch(threads);
    for (int i = 0; i < threads; i++) {
      Random random = new Random(i);
      new Thread(
              () -> {
                for (int n = 0; n < each; n++) {
                  latency.observe(random.nextInt(1_000_000_000));
                }
                done.countDown();
              })
          .start();
    }
    long last = 0;
    while (!done.await(0, TimeUnit.SECONDS)) {
      long count = ours().getCount();
      assertTrue(count >= last, () -> "went back to " + count);
      last = count;
    }
    assertEquals((long) threads * each, ours().getCount());
  }

  @Test
  void seriesThatIsRemovedIsShownNoMore() {
    Latency first = latencies.of("x");
    latencies.of("y").observe(1);
    latencies.remove(first);
    HistogramSnapshot shown = latencies.collect();
    assertEquals(1, shown.getDataPoints().size());
    assertEquals("y", point(shown).getLabels().get("of"));
  }
}
