package dev.adit.server.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.name.GroupName;
import java.util.List;
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

  /** Rules come and go, and with them the names of groups. */
  @Test
  void groupsWithoutNumberAreCountedTogether() {
    for (int i = 0; i < 2 * MirrorCounts.MAX_SERIES; i++) {
      slots.counts().add(new GroupName("g" + i), "no-agent");
    }
    assertEquals(MirrorCounts.MAX_SERIES + 1, slots.counts().all().size());
    assertEquals(
        Long.valueOf(MirrorCounts.MAX_SERIES),
        slots.counts().all().get(List.of("other", "no-agent")));
  }
}
