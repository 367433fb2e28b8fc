package dev.adit.core.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class SendWindowTest {
  @Test
  void creditIsSpentAndGranted() {
    SendWindow window = new SendWindow(10);
    window.take(10);
    assertTrue(window.isExhausted());
    assertTrue(window.grant(7));
    assertEquals(7, window.available());
    assertFalse(window.isExhausted());
  }

  @Test
  void creditUpToTheLargestIntIsTakenAndOneMoreRefused() {
    SendWindow window = new SendWindow(1);
    assertTrue(window.grant(Integer.MAX_VALUE - 1));
    assertEquals(Integer.MAX_VALUE, window.available());
    assertFalse(window.grant(1));
    assertEquals(Integer.MAX_VALUE, window.available());
  }

  @Test
  void creditOfNothingIsRefused() {
    SendWindow window = new SendWindow(1);
    assertFalse(window.grant(0));
    assertFalse(window.grant(-1));
  }

  @Test
  void windowsThatCannotWorkAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new WindowSizes(0, 1, 1));
    assertThrows(IllegalArgumentException.class, () -> new WindowSizes(2, 1, 1));
    assertThrows(IllegalArgumentException.class, () -> new WindowSizes(1, 2, 1));
    assertEquals(5, new WindowSizes(5, 5, 5).floor());
    assertEquals(WindowSizes.FLOOR, WindowSizes.DEFAULT.floor());
  }
}
