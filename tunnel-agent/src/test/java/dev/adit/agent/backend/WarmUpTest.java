package dev.adit.agent.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How much a backend gets after its recovery. */
final class WarmUpTest {
  private static final int CALLS = 4000;

  private final MockTicker ticker = Ticker.newMockTicker();
  private final WarmUp warmUp = new WarmUp(Duration.ofSeconds(10), ticker);

  private double taken() {
    int taken = 0;
    for (int i = 0; i < CALLS; i++) {
      taken += warmUp.takes() ? 1 : 0;
    }
    return (double) taken / CALLS;
  }

  @Test
  void nothingIsHeldBackBeforeARecovery() {
    assertFalse(warmUp.isWarming());
    assertEquals(1.0, taken());
  }

  @Test
  void thePartGrowsFromATenthToTheWhole() {
    warmUp.begin();
    assertEquals(0.1, taken(), 0.03);
    ticker.advance(5, TimeUnit.SECONDS);
    assertEquals(0.5, taken(), 0.05);
    ticker.advance(4, TimeUnit.SECONDS);
    assertEquals(0.9, taken(), 0.03);
    assertTrue(warmUp.isWarming());
    ticker.advance(1, TimeUnit.SECONDS);
    assertFalse(warmUp.isWarming());
    assertEquals(1.0, taken());
  }

  @Test
  void anotherRecoveryBeginsItAnew() {
    warmUp.begin();
    ticker.advance(9, TimeUnit.SECONDS);
    warmUp.begin();
    assertEquals(0.1, taken(), 0.03);
  }

  @Test
  void zeroTurnsItOff() {
    WarmUp off = new WarmUp(Duration.ZERO, ticker);
    off.begin();
    assertFalse(off.isWarming());
    assertTrue(off.takes());
  }
}
