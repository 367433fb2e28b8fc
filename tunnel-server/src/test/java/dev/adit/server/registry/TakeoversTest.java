package dev.adit.server.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.name.AgentId;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Two hosts with one id show in the number of takeovers. */
final class TakeoversTest {
  private static final AgentId ONE = new AgentId("one");

  private final MockTicker ticker = Ticker.newMockTicker();
  private final Takeovers takeovers = new Takeovers(ticker);

  /** Two hosts with one id, each of which dials again 60 s after it was told. */
  @Test
  void oneAMinuteIsTooManyFromTheThirdOn() {
    takeovers.add(ONE, "old");
    takeovers.add(new AgentId("two"), "old");
    ticker.advance(61, TimeUnit.SECONDS);
    takeovers.add(ONE, "young");
    assertEquals(Set.of(), takeovers.contested());
    ticker.advance(61, TimeUnit.SECONDS);
    takeovers.add(ONE, "old");
    assertEquals(Set.of(ONE), takeovers.contested());
    ticker.advance(179, TimeUnit.SECONDS);
    assertEquals(Set.of(), takeovers.contested());
  }

  @Test
  void runThatHasJustLostItsPlaceIsKnown() {
    takeovers.add(ONE, "old");
    ticker.advance(10, TimeUnit.SECONDS);
    assertTrue(takeovers.isOusted(ONE, "old"));
    assertFalse(takeovers.isOusted(ONE, "young"));
    assertFalse(takeovers.isOusted(new AgentId("two"), "old"));
    ticker.advance(1, TimeUnit.SECONDS);
    assertFalse(takeovers.isOusted(ONE, "old"));
  }

  @Test
  void manyAgentsFillNothing() {
    for (int i = 0; i < 100_000; i++) {
      takeovers.add(new AgentId("agent-" + i), "old");
    }
    for (int i = 0; i < 3; i++) {
      takeovers.add(ONE, "old");
    }
    assertEquals(Set.of(ONE), takeovers.contested());
  }
}
