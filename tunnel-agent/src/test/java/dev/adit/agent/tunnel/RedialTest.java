package dev.adit.agent.tunnel;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

/** When an agent dials again. */
final class RedialTest {
  private static void between(long least, long most, long millis) {
    assertTrue(millis >= least && millis <= most, millis + " ms");
  }

  private static double average(int count, LongSupplier next) {
    long sum = 0;
    for (int i = 0; i < count; i++) {
      sum += next.getAsLong();
    }
    return (double) sum / count;
  }

  @Test
  void waitsAreRandomOverATimeThatDoublesFromOneSecondToThirty() {
    for (int run = 0; run < 200; run++) {
      Redial redial = new Redial();
      for (long most : new long[] {1000, 2000, 4000, 8000, 16_000, 30_000, 30_000}) {
        between(0, most, redial.nextDelayMillis());
      }
    }
  }

  @Test
  void waitsUseAllOfTheirTime() {
    double first = average(2000, () -> new Redial().nextDelayMillis());
    assertTrue(first > 450 && first < 550, "average " + first);
    Redial late = new Redial();
    average(6, late::nextDelayMillis);
    double last = average(2000, late::nextDelayMillis);
    assertTrue(last > 13_500 && last < 16_500, "average " + last);
  }

  @Test
  void healthBringsThemBackToTheStartAndAShortLifeDoesNot() {
    for (int run = 0; run < 50; run++) {
      Redial redial = new Redial();
      average(6, redial::nextDelayMillis);
      redial.onEnded(Duration.ofSeconds(60));
      between(0, 1000, redial.nextDelayMillis());
    }
    Redial redial = new Redial();
    average(6, redial::nextDelayMillis);
    redial.onEnded(Duration.ofSeconds(59));
    assertTrue(average(500, redial::nextDelayMillis) > 10_000);
  }

  @Test
  void refusalThatOnlyAPersonCanMendIsRetriedSlowly() {
    for (int i = 0; i < 100; i++) {
      between(60_000, 61_000, new Redial().refusedDelayMillis());
    }
  }
}
