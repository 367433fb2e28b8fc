package dev.adit.server.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** How many copies run at a time. */
final class MirrorSlotsTest {
  private final MirrorSlots slots = new MirrorSlots();

  @Test
  void slotsEndAndComeBack() {
    for (int i = 0; i < MirrorSlots.MAX_RUNNING; i++) {
      assertTrue(slots.tryTake());
    }
    assertFalse(slots.tryTake());
    assertEquals(MirrorSlots.MAX_RUNNING, slots.taken());
    slots.giveBack();
    assertTrue(slots.tryTake());
  }
}
