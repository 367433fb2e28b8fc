package dev.adit.server.registry;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.name.AgentId;
import dev.adit.core.name.GroupName;
import dev.adit.testing.tunnel.HandLoop;
import dev.adit.testing.tunnel.TunnelPair;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** For which groups calls wait after a start. */
final class ExpectedGroupsTest {
  private static final GroupName SHOP = new GroupName("shop");
  private static final Duration WAIT = Duration.ofSeconds(5);
  private static final Duration PAUSE = Duration.ofSeconds(4);

  private final AgentRegistry registry = new AgentRegistry();
  private long now = Long.MAX_VALUE - 1000;
  private final ExpectedGroups expected =
      new ExpectedGroups(registry, SHOP::equals, WAIT, PAUSE, () -> now);

  @Test
  void groupIsExpectedForItsTimeAlsoAcrossTheEndOfTheClock() {
    assertTrue(expected.test(SHOP));
    run(WAIT.minusNanos(1));
    assertTrue(expected.test(SHOP));
    assertTrue(expected.isOpen());
    now += 1;
    assertFalse(expected.isOpen());
    assertFalse(expected.test(SHOP));
  }

  /** Time passes, and the process runs. */
  private void run(Duration time) {
    now += time.toNanos() / 2;
    expected.onRunning();
    now += time.toNanos() - time.toNanos() / 2;
    expected.onRunning();
  }

  /** All agents have found it dead, and dial anew. */
  @Test
  void groupIsExpectedAgainByAProcessThatDidNotRunForAWhile() {
    join();
    run(WAIT);
    assertFalse(expected.test(SHOP));
    now += PAUSE.toNanos();
    assertFalse(expected.test(SHOP), "tunnels live so long");
    now += PAUSE.toNanos() + 1;
    assertTrue(expected.test(SHOP));
    assertFalse(expected.test(new GroupName("strange")));
    run(WAIT.minusNanos(1));
    assertTrue(expected.test(SHOP));
    now += 1;
    assertFalse(expected.test(SHOP));
  }

  @Test
  void groupThatNobodyMayServeIsNot() {
    assertFalse(expected.test(new GroupName("strange")));
  }

  @Test
  void groupWhoseAgentHasBeenHereIsNot() {
    join();
    assertFalse(expected.test(SHOP));
  }

  private void join() {
    TunnelPair pair = new TunnelPair(new HandLoop(), TunnelPair.SMALL);
    registry.join(
        new AgentSession(new AgentId("a"), "run", Set.of(SHOP), 0, 1, "", "", Instant.EPOCH),
        pair.server().stream());
  }
}
