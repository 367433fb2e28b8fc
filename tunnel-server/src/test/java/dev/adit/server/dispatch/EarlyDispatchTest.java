package dev.adit.server.dispatch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.call.CallReset;
import dev.adit.core.call.RequestSide;
import dev.adit.core.name.GroupName;
import dev.adit.server.registry.ExpectedGroups;
import dev.adit.server.routing.Route;
import dev.adit.testing.tunnel.TunnelPair;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
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
    dispatchEarly(bench.dispatcher()).onRequestChunk(Unpooled.EMPTY_BUFFER, true);
  }

  private RequestSide dispatchEarly(Dispatcher dispatcher) {
    return dispatchEarly(dispatcher, bench.caller());
  }

  private RequestSide dispatchEarly(Dispatcher dispatcher, DispatchBench.Caller caller) {
    return dispatcher.dispatchEarly(
        TunnelPair.headers(), route, bench.hand().loop(), chosen::add, caller);
  }

  private void look() {
    bench.hand().advance(LOOK);
    bench.settle();
  }

  /** Expects agents of every group for a second. */
  private Dispatcher awaiting() {
    return new Dispatcher(
        bench.registry(),
        new ExpectedGroups(
            bench.registry(),
            group -> true,
            Duration.ofSeconds(1),
            Duration.ofHours(1),
            bench.hand().ticker()::nanoTime));
  }

  @Test
  void callWaitsForItsAgentWithItsRequestAndIsPlacedOnce() {
    RequestSide request = dispatchEarly(awaiting());
    request.onRequestChunk(Unpooled.wrappedBuffer(new byte[] {7, 8}), false);
    look();
    look();
    assertEquals(List.of(), chosen);
    TunnelPair agent = bench.join("a");
    look();
    look();
    assertEquals(List.of(DispatchBench.GROUP), chosen);
    assertEquals(List.of("a 1"), bench.caller().placed());
    request.onRequestChunk(Unpooled.wrappedBuffer(new byte[] {9}), true);
    bench.settle();
    assertArrayEquals(new byte[] {7, 8, 9}, agent.agent().newest().request().body());
    assertTrue(agent.agent().newest().request().isEnded());
    assertFalse(bench.caller().isEnded());
  }

  /**
   * The first agent that is back would else get all that wait, and refuse what it has no room for.
   */
  @Test
  void callWaitsForRoomWhileMoreAgentsMayCome() {
    Dispatcher awaiting = awaiting();
    bench.join("small", 1, bench.hand());
    dispatchEarly(awaiting).onRequestChunk(Unpooled.EMPTY_BUFFER, true);
    look();
    assertEquals(List.of("small 1"), bench.caller().placed());
    assertNull(awaiting.chooseGroup(route));
    assertTrue(awaiting.isEarly(route));
    DispatchBench.Caller second = new DispatchBench.Caller();
    dispatchEarly(awaiting, second).onRequestChunk(Unpooled.EMPTY_BUFFER, true);
    look();
    look();
    assertEquals(List.of(), second.placed());
    bench.join("other");
    look();
    assertEquals(List.of("other 1"), second.placed());
  }

  @Test
  void callThatHasFoundNoRoomInTimeIsRefusedAsAnyOther() {
    Dispatcher awaiting = awaiting();
    bench.join("full", 0, bench.hand());
    dispatchEarly(awaiting).onRequestChunk(Unpooled.EMPTY_BUFFER, true);
    bench.hand().advance(Duration.ofMillis(900));
    assertEquals(List.of(), bench.caller().events());
    bench.hand().advance(Duration.ofMillis(120));
    assertEquals(List.of("reset agent-overloaded last"), bench.caller().events());
    assertEquals(DispatchBench.GROUP, awaiting.chooseGroup(route));
  }

  @Test
  void callFailsOnceItsAgentsAreAwaitedNoMore() {
    ByteBuf data = Unpooled.wrappedBuffer(new byte[] {7});
    dispatchEarly(awaiting()).onRequestChunk(data, true);
    bench.hand().advance(Duration.ofMillis(900));
    assertEquals(List.of(), bench.caller().events());
    bench.hand().advance(Duration.ofMillis(120));
    assertEquals(List.of("reset no-agent last"), bench.caller().events());
    assertEquals(0, data.refCnt());
    assertFalse(bench.hand().hasTimers());
  }

  @Test
  void callerWhoCancelsIsNotPlaced() {
    ByteBuf data = Unpooled.wrappedBuffer(new byte[] {7});
    RequestSide request = dispatchEarly(awaiting());
    request.onRequestChunk(data, false);
    request.onCancel(CallReset.cancelled());
    assertEquals(0, data.refCnt());
    bench.join("a");
    look();
    assertEquals(List.of(), chosen);
    assertEquals(List.of(), bench.caller().placed());
  }

  /** Each had a timer of its own, and thousands that wait kept the loop from agents' handshakes. */
  @Test
  void callsThatWaitForTheSameAgentLookAsOne() {
    AtomicInteger asked = new AtomicInteger();
    Dispatcher awaiting =
        new Dispatcher(
            bench.registry(),
            new ExpectedGroups(
                bench.registry(),
                group -> asked.incrementAndGet() > 0,
                Duration.ofSeconds(1),
                Duration.ofHours(1),
                bench.hand().ticker()::nanoTime));
    List<DispatchBench.Caller> callers = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      callers.add(new DispatchBench.Caller());
      dispatchEarly(awaiting, callers.get(i)).onRequestChunk(Unpooled.EMPTY_BUFFER, true);
    }
    look();
    look();
    assertEquals(2, asked.get());
    bench.join("a");
    look();
    for (DispatchBench.Caller each : callers) {
      assertEquals(List.of("a 1"), each.placed());
    }
    assertFalse(bench.hand().hasTimers());
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
