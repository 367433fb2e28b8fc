package dev.adit.server.calls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class RecentCountTest {
  private static final long SPAN = TimeUnit.MINUTES.toNanos(10);
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  /** Clocks of the JVM may begin anywhere. */
  private static final long BEGIN = -3 * SPAN;

  private final FailureTable.RecentCount count = new FailureTable.RecentCount(SPAN, BEGIN);

  @Test
  void whatIsWithinTheSpanCounts() {
    count.add(BEGIN);
    count.add(BEGIN + 29 * SECOND);
    assertEquals(2, count.at(BEGIN + 29 * SECOND));
    assertEquals(2, count.at(BEGIN + SPAN));
    assertEquals(2, count.at(BEGIN + SPAN + 29 * SECOND));
    assertEquals(0, count.at(BEGIN + SPAN + 30 * SECOND));
  }

  @Test
  void whatGoesOnForHoursCountsNoMoreThanItsSpan() {
    for (int second = 0; second < 3 * 3600; second++) {
      count.add(BEGIN + second * SECOND);
      long now = count.at(BEGIN + second * SECOND);
      assertTrue(now >= Math.min(second + 1, 600) && now <= 630, now + " after " + second);
    }
  }

  @Test
  void longPauseEmptiesIt() {
    for (int i = 0; i < 100; i++) {
      count.add(BEGIN + i * SECOND);
    }
    assertEquals(0, count.at(BEGIN + 100 * SPAN + 7));
    count.add(BEGIN + 100 * SPAN + 8);
    assertEquals(1, count.at(BEGIN + 100 * SPAN + 9));
  }
}
