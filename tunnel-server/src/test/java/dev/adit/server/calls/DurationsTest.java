package dev.adit.server.calls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Quantiles out of buckets. */
final class DurationsTest {

  @Test
  void noneHaveNoQuantile() {
    assertEquals(-1, new Durations().quantile(0.5));
  }

  @ParameterizedTest
  @ValueSource(
      longs = {
        1,
        2,
        7,
        8,
        9,
        15,
        16,
        17,
        100,
        999,
        1000,
        65_535,
        65_536,
        1_000_000,
        3_600_000_000L
      })
  void valueIsKnownToAnEighth(long micros) {
    Durations durations = new Durations();
    durations.add(TimeUnit.MICROSECONDS.toNanos(micros));
    double told = durations.quantile(0.99);
    assertTrue(Math.abs(told - micros) <= micros / 8.0, micros + " is told as " + told);
  }

  @Test
  void quantilesAreThoseOfTheValues() {
    Durations durations = new Durations();
    for (int i = 1; i <= 1000; i++) {
      durations.add(TimeUnit.MILLISECONDS.toNanos(i));
    }
    assertEquals(500_000, durations.quantile(0.5), 500_000 / 8.0);
    assertEquals(990_000, durations.quantile(0.99), 990_000 / 8.0);
    assertTrue(durations.quantile(0.1) < durations.quantile(0.9));
  }

  @Test
  void whatIsOutOfRangeCountsAtTheEnds() {
    Durations durations = new Durations();
    durations.add(-1);
    durations.add(Duration.ofDays(300).toNanos());
    assertEquals(2, durations.count());
    assertEquals(0, durations.quantile(0.5));
    assertTrue(durations.quantile(1) > TimeUnit.HOURS.toMicros(1));
  }

  @Test
  void differenceHasOnlyWhatCameSince() {
    Durations durations = new Durations();
    durations.add(TimeUnit.SECONDS.toNanos(1));
    Durations before = durations.copy();
    durations.add(TimeUnit.MILLISECONDS.toNanos(1));
    Durations since = durations.since(before);
    assertEquals(1, since.count());
    assertEquals(1000, since.quantile(0.5), 125);
  }
}
