package dev.adit.agent.tunnel.loss;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is noticed of tunnels that are cut again and again. */
final class CutPatternTest {
  private final CutPattern pattern = new CutPattern();
  private long now;

  private @Nullable String cut(double ageSeconds, long bytes) {
    now += TimeUnit.MILLISECONDS.toNanos((long) (ageSeconds * 1000));
    return pattern.add(Duration.ofMillis((long) (ageSeconds * 1000)), bytes, now);
  }

  @Test
  void theThirdCutAtTheSameAgeIsNoticed() {
    assertNull(cut(60.004, 5000));
    assertNull(cut(60.011, 70_000_000));
    assertEquals("at an age of 60 s", cut(60.2, 9000));
    assertNull(cut(60.0, 1));
    assertNull(cut(60.0, 2));
    assertEquals("at an age of 60 s", cut(60.0, 3));
  }

  @Test
  void twoTunnelsThatAreCutTogetherCountOnce() {
    for (int i = 0; i < 2; i++) {
      assertNull(cut(60, 10));
      assertNull(pattern.add(Duration.ofSeconds(60), 20, now + 1000));
    }
    assertEquals("at an age of 60 s", cut(60, 10));
  }

  @Test
  void theThirdCutAfterTheSameBytesIsNoticed() {
    assertNull(cut(3, 1_084_013));
    assertNull(cut(70, 1_084_537));
    assertEquals("after 1056 KiB were sent", cut(600, 1_082_317));
  }

  @Test
  void cutsOfAllKindsAreNot() {
    for (int age = 2; age < 200; age += 7) {
      assertNull(cut(age, 1_000_000L * age * age));
    }
    for (int i = 0; i < 20; i++) {
      // A server that is not well: tunnels that die young and have carried nothing.
      assertNull(cut(1.5, 2000));
    }
    assertNull(cut(30, 100));
    assertNull(cut(40, 100));
    assertNull(cut(30, 100));
    assertNull(cut(40, 100));
  }
}
