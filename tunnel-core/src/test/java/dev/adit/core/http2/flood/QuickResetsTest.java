package dev.adit.core.http2.flood;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** When resets of young streams are an attack. */
final class QuickResetsTest {
  private static final int LIMIT = 10;
  private static final long YOUNG = TimeUnit.MILLISECONDS.toNanos(99);
  private static final long OLD = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final QuickResets resets = new QuickResets(LIMIT);

  private int resetsUntilAttack(int opened, long age, long now) {
    for (int i = 0; i < opened; i++) {
      resets.onOpened(now - age);
    }
    for (int i = 1; i <= opened; i++) {
      if (resets.onReset(age, now)) {
        return i;
      }
    }
    return 0;
  }

  @Test
  void theFirstBeyondTheLimitIsAnAttackIfNearlyAllAreReset() {
    assertEquals(LIMIT + 1, resetsUntilAttack(LIMIT + 2, YOUNG, 0));
  }

  @Test
  void resetsOfFiveInSixAreNot() {
    assertEquals(101, resetsUntilAttack(120, YOUNG, 0));
  }

  /** However the windows fall. */
  @Test
  void oneResetInTenIsNot() {
    long step = TimeUnit.MILLISECONDS.toNanos(1);
    for (int i = 0; i < 5000; i++) {
      resets.onOpened(i * step);
      if (i >= 500 && i % 10 == 5) {
        assertFalse(resets.onReset(50 * step, i * step));
      }
    }
  }

  @Test
  void resetsCountForTheWindowOfTheirStreams() {
    resets.onOpened(0);
    for (int i = 0; i < 2 * LIMIT; i++) {
      resets.onOpened(SECOND - YOUNG);
    }
    resets.onOpened(SECOND);
    int until = 1;
    while (!resets.onReset(YOUNG, SECOND)) {
      until++;
    }
    assertEquals(18, until);
  }

  @Test
  void resetsOfStreamsThatABackendCouldHaveAnsweredAreNot() {
    assertEquals(0, resetsUntilAttack(1000, OLD, 0));
  }

  @Test
  void everySecondIsCountedAnew() {
    for (int second = 0; second < 5; second++) {
      assertFalse(resetsUntilAttack(LIMIT, YOUNG, second * SECOND) > 0);
    }
  }
}
