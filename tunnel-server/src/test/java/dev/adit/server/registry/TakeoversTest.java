package dev.adit.server.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;

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

  @Test
  void threeWithinAMinuteAreTooMany() {
    takeovers.add(ONE);
    takeovers.add(new AgentId("two"));
    ticker.advance(30, TimeUnit.SECONDS);
    takeovers.add(ONE);
    assertEquals(Set.of(), takeovers.contested());
    ticker.advance(30, TimeUnit.SECONDS);
    takeovers.add(ONE);
    assertEquals(Set.of(ONE), takeovers.contested());
    ticker.advance(1, TimeUnit.SECONDS);
    assertEquals(Set.of(), takeovers.contested());
  }

  @Test
  void manyAgentsFillNothing() {
    for (int i = 0; i < 100_000; i++) {
      takeovers.add(new AgentId("agent-" + i));
    }
    for (int i = 0; i < 3; i++) {
      takeovers.add(ONE);
    }
    assertEquals(Set.of(ONE), takeovers.contested());
  }
}
