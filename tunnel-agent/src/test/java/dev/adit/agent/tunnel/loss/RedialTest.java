package dev.adit.agent.tunnel.loss;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

/** When an agent dials again. */
final class RedialTest {
  private final MockTicker clock = Ticker.newMockTicker();

  /** After trouble that has lasted an hour, in which it dialled so often. */
  private Redial late(int dials) {
    Redial redial = new Redial(clock);
    redial.nextDelayMillis();
    clock.advance(1, TimeUnit.HOURS);
    for (int i = 1; i < dials; i++) {
      redial.nextDelayMillis();
    }
    return redial;
  }

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
      Redial redial = new Redial(clock);
      for (long most : new long[] {1000, 2000, 4000, 8000, 16_000, 30_000, 30_000}) {
        between(0, most, redial.nextDelayMillis());
        clock.advance(1, TimeUnit.HOURS);
      }
    }
  }

  @Test
  void waitsUseAllOfTheirTime() {
    double first = average(2000, () -> new Redial(clock).nextDelayMillis());
    assertTrue(first > 450 && first < 550, "average " + first);
    double last = average(2000, late(6)::nextDelayMillis);
    assertTrue(last > 13_500 && last < 16_500, "average " + last);
  }

  @Test
  void noWaitIsLongerThanTheTroubleHasLasted() {
    for (int run = 0; run < 200; run++) {
      Redial redial = new Redial(clock);
      average(8, redial::nextDelayMillis);
      clock.advance(2, TimeUnit.SECONDS);
      between(0, 2000, redial.nextDelayMillis());
      clock.advance(500, TimeUnit.MILLISECONDS);
      between(0, 2500, redial.nextDelayMillis());
    }
  }

  @Test
  void agentsAreBackFromARestartBeforeAServerStopsWaitingForThem() {
    for (int run = 0; run < 200; run++) {
      Redial redial = new Redial(clock);
      average(8, redial::nextDelayMillis);
      clock.advance(59, TimeUnit.SECONDS);
      between(0, 3000, redial.nextDelayMillis());
    }
    Redial redial = new Redial(clock);
    average(8, redial::nextDelayMillis);
    clock.advance(60, TimeUnit.SECONDS);
    double later = average(2000, redial::nextDelayMillis);
    assertTrue(later > 13_500 && later < 16_500, "average " + later);
  }

  @Test
  void healthBringsThemBackToTheStartAndAShortLifeDoesNot() {
    for (int run = 0; run < 50; run++) {
      Redial redial = late(6);
      redial.onEnded(Duration.ofSeconds(60));
      between(0, 1000, redial.nextDelayMillis());
      between(0, 1000, redial.nextDelayMillis());
    }
    Redial redial = late(6);
    redial.onEnded(Duration.ofSeconds(59));
    assertTrue(average(500, redial::nextDelayMillis) > 10_000);
  }

  @Test
  void refusalThatOnlyAPersonCanMendIsRetriedSlowly() {
    assertEquals(60_000, new Redial(clock).refusedDelayMillis());
  }

  @Test
  void agentsThatAreToldTheSameTimeComeSpreadOverASecond() {
    Redial redial = new Redial(clock);
    for (int i = 0; i < 100; i++) {
      between(0, 999, redial.spreadMillis());
    }
    double spread = average(2000, redial::spreadMillis);
    assertTrue(spread > 450 && spread < 550, "average " + spread);
  }

  @Test
  void whatAServerAsksForHasBounds() {
    Redial redial = new Redial(clock);
    assertEquals(1000, redial.askedDelayMillis(1));
    assertEquals(5000, redial.askedDelayMillis(5000));
    assertEquals(600_000, redial.askedDelayMillis(Integer.MAX_VALUE));
  }
}
