package dev.adit.server.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.name.GroupName;
import dev.adit.server.routing.Route;
import dev.adit.testing.tunnel.TunnelPair;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A call that has found no agent, and what may happen before it looks again. */
final class EarlyDispatchTest {
  private static final Duration LOOK = Duration.ofMillis(10);

  private final DispatchBench bench = new DispatchBench();
  private final Route route = DispatchBench.route(null);
  private final List<GroupName> chosen = new ArrayList<>();

  @AfterEach
  void nothingIsLeft() {
    bench.close();
  }

  private void dispatchEarly() {
    bench
        .dispatcher()
        .dispatchEarly(
            TunnelPair.headers(), route, bench.hand().loop(), chosen::add, bench.caller())
        .onRequestChunk(Unpooled.EMPTY_BUFFER, true);
  }

  /** The one that finds none and then hears that none is awaited any more has just missed it. */
  @Test
  void agentThatComesBetweenTheTwoQuestionsIsNotMissed() {
    assertFalse(bench.dispatcher().isEarly(route));
    bench.join("a");
    assertTrue(bench.dispatcher().isEarly(route));
    dispatchEarly();
    bench.hand().advance(LOOK);
    bench.settle();
    assertEquals(List.of(DispatchBench.GROUP), chosen);
    assertEquals(List.of("a 1"), bench.caller().placed());
  }

  @Test
  void callThatNoAgentIsAwaitedForFailsAtItsNextLook() {
    dispatchEarly();
    bench.hand().advance(LOOK);
    bench.settle();
    assertEquals(List.of(), chosen);
    assertEquals(List.of("reset no-agent last"), bench.caller().events());
  }
}
