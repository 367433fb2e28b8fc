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
      resets.onOpened(now);
    }
    for (int i = 1; i <= opened; i++) {
      if (resets.onReset(age, now)) {
        return i;
      }
    }
    return 0;
  }

  @Test
  void theFirstBeyondTheLimitIsAnAttackIfItIsMostOfWhatWasOpened() {
    assertEquals(LIMIT + 1, resetsUntilAttack(20, YOUNG, 0));
  }

  @Test
  void resetsOfLessThanHalfAreNot() {
    assertEquals(51, resetsUntilAttack(100, YOUNG, 0));
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
