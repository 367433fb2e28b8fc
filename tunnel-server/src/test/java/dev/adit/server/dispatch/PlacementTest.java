package dev.adit.server.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.CallReset;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.RequestSide;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.tunnel.TunnelException;
import dev.adit.testing.tunnel.HandLoop;
import dev.adit.testing.tunnel.TunnelPair;
import dev.adit.testing.tunnel.TunnelPair.Arrived;
import io.netty.util.AsciiString;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A call is moved to another agent while the server knows that no backend has seen it. */
final class PlacementTest {
  private static final AsciiString NONE = AsciiString.EMPTY_STRING;

  private final DispatchBench bench = new DispatchBench();
  private final HandLoop hand = bench.hand();
  private final Dispatcher dispatcher = bench.dispatcher();
  private final List<TunnelPair> agents = bench.agents();
  private final DispatchBench.Caller caller = bench.caller();

  @AfterEach
  void nothingIsLeft() {
    bench.close();
  }

  private TunnelPair join(String id) {
    return bench.join(id);
  }

  private void settle() {
    bench.settle();
  }

  private RequestSide dispatch() {
    return bench.dispatch(TunnelPair.headers(), null);
  }

  private RequestSide dispatch(CallHeaders headers) {
    return bench.dispatch(headers, null);
  }

  private TunnelPair holder() {
    return bench.holder();
  }

  private Arrived call() {
    return bench.call();
  }

  private void refuse() {
    call().response().onReset(CallReset.unprocessed(CallFailure.BACKEND_UNREACHABLE, "no backend"));
    settle();
  }

  private void finish() {
    call().response().onHead(new ResponseHead(200, new HeaderFields()), true);
    settle();
    assertEquals("head 200 last", caller.events().get(caller.events().size() - 1));
  }

  @Test
  void refusedCallIsPlacedOnAnotherAgentWithItsRequestWhole() {
    join("a");
    join("b");
    RequestSide request = dispatch();
    request.onRequestChunk(agents.get(0).chunk(new byte[] {'o', 'n', 'e'}), false);
    settle();
    assertEquals("one", call().request().bodyText());
    TunnelPair first = holder();
    refuse();
    assertTrue(holder() != first);
    assertEquals(List.of("backend-unreachable"), caller.unplaced());
    assertEquals(2, call().head().attempt());
    request.onRequestChunk(agents.get(0).chunk(new byte[] {'t', 'w', 'o'}), true);
    settle();
    assertEquals("onetwo", call().request().bodyText());
    assertTrue(call().request().isEnded());
    assertEquals(6, caller.requestConsumed());
    assertEquals(6, dispatcher.keptBytes());
    finish();
    assertEquals(0, dispatcher.keptBytes());
  }

  @Test
  void agentThatSaysItDrainsIsAskedOnce() {
    join("a");
    join("b");
    dispatch();
    settle();
    TunnelPair first = holder();
    call().response().onReset(CallReset.unprocessed(CallFailure.DRAINING, "this agent goes away"));
    settle();
    assertTrue(holder() != first);
    assertEquals(1, first.agent().arrived().size());
    assertEquals(List.of("tunnel-lost"), caller.unplaced());
    finish();
  }

  @Test
  void halfCloseIsSentAgainToo() {
    join("a");
    join("b");
    dispatch().onRequestChunk(agents.get(0).chunk(0), true);
    settle();
    refuse();
    assertTrue(call().request().isEnded());
    finish();
  }

  @Test
  void requestBytesAreToldOnceHoweverOftenTheyAreSent() {
    join("a");
    join("b");
    join("c");
    RequestSide request = dispatch();
    request.onRequestChunk(agents.get(0).chunk(3000), true);
    settle();
    assertEquals(1024, caller.requestConsumed());
    refuse();
    assertEquals(1024, caller.requestConsumed());
    call().response().onRequestConsumed(1024);
    settle();
    assertEquals(3000, caller.requestConsumed());
    refuse();
    assertEquals(3000, caller.requestConsumed());
    call().response().onRequestConsumed(1024);
    settle();
    assertEquals(3000, call().request().body().length);
    finish();
  }

  @Test
  void callIsPlacedThreeTimesAtMostAndNeverTwiceOnOneAgent() {
    for (String id : List.of("a", "b", "c", "d")) {
      join(id);
    }
    dispatch();
    settle();
    for (int i = 0; i < 3; i++) {
      refuse();
    }
    assertEquals(3, caller.placed().size());
    assertEquals(3, caller.agents().stream().distinct().count());
    CallReset reset = caller.reset();
    assertNotNull(reset);
    assertEquals(CallFailure.BACKEND_UNREACHABLE, reset.failure());
    assertEquals("no backend", reset.message());
  }

  @Test
  void callEndsWithItsLastReasonWhenNoAgentIsLeft() {
    join("a");
    dispatch();
    settle();
    refuse();
    assertNotNull(caller.reset());
    assertEquals(CallFailure.BACKEND_UNREACHABLE, caller.reset().failure());
    assertEquals(List.of("a 1"), caller.placed());
  }

  @Test
  void acceptedCallStaysWhereItIs() {
    join("a");
    join("b");
    RequestSide request = dispatch();
    request.onRequestChunk(agents.get(0).chunk(100), false);
    settle();
    call().response().onAccepted(NONE, NONE);
    settle();
    assertEquals(0, dispatcher.keptBytes());
    refuse();
    assertNotNull(caller.reset());
    assertEquals(1, caller.placed().size());
  }

  @Test
  void callThatABackendMayHaveSeenStaysWhereItIs() {
    join("a");
    join("b");
    dispatch();
    settle();
    call().response().onReset(CallReset.failed(CallFailure.BACKEND_UNREACHABLE, "lost"));
    settle();
    assertNotNull(caller.reset());
    assertEquals(1, caller.placed().size());
  }

  @Test
  void callTooLargeToKeepRunsOnButIsNotPlacedAgain() {
    join("a");
    join("b");
    RequestSide request = dispatch();
    for (int i = 0; i < 65; i++) {
      request.onRequestChunk(agents.get(0).chunk(1024), false);
    }
    assertEquals(0, dispatcher.keptBytes());
    settle();
    refuse();
    assertNotNull(caller.reset());
  }

  @Test
  void lostTunnelMovesItsCallsAndSilenceDoesNot() {
    join("a");
    join("b");
    dispatch();
    settle();
    TunnelPair first = holder();
    first.cut();
    settle();
    assertTrue(holder() != first);
    assertNull(caller.reset());
    holder().server().stream().abort(new TunnelException("dead", "nothing heard"));
    settle();
    assertNotNull(caller.reset());
    assertEquals(CallFailure.TUNNEL_LOST, caller.reset().failure());
  }

  @Test
  void callerWhoCancelsIsNotPlacedAgain() {
    join("a");
    join("b");
    RequestSide request = dispatch();
    request.onRequestChunk(agents.get(0).chunk(10), false);
    settle();
    request.onCancel(CallReset.cancelled());
    assertEquals(0, dispatcher.keptBytes());
    request.onRequestChunk(agents.get(0).chunk(10), true);
    settle();
    assertEquals(1, caller.placed().size());
    assertEquals(List.of(), caller.events());
    assertNotNull(call().request().cancelled());
  }

  @Test
  void timeSpentOnEarlierPlacementsIsTakenOff() {
    join("a");
    join("b");
    dispatch(within(Duration.ofSeconds(10)));
    settle();
    hand.freeze(Duration.ofSeconds(3));
    refuse();
    assertEquals(TimeUnit.SECONDS.toNanos(7), call().head().headers().timeoutNanos());
    finish();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 999_999})
  void callWithoutAMillisecondLeftReachesNoAgent(long nanos) {
    join("a");
    dispatch(within(Duration.ofNanos(nanos))).onRequestChunk(agents.get(0).chunk(3), true);
    settle();
    assertEquals(List.of("reset deadline last"), caller.events());
    assertEquals(List.of(), caller.placed());
    assertEquals(List.of(), agents.get(0).agent().arrived());
  }

  @Test
  void callThatIsRefusedTooLateIsNotPlacedAgain() {
    join("a");
    join("b");
    dispatch(within(Duration.ofMillis(50)));
    settle();
    hand.freeze(Duration.ofMillis(49).plusNanos(1));
    refuse();
    assertEquals(List.of("reset deadline last"), caller.events());
    assertEquals(1, caller.placed().size());
  }

  private static CallHeaders within(Duration timeout) {
    CallHeaders usual = TunnelPair.headers();
    return new CallHeaders(
        usual.protocol(),
        usual.method(),
        usual.scheme(),
        usual.authority(),
        usual.path(),
        usual.fields(),
        timeout.toNanos());
  }

  @Test
  void agentThatDrainsIsPassedOver() {
    join("a").agent().stream().drain("going-away", 0);
    join("b");
    settle();
    for (int i = 0; i < 5; i++) {
      bench.dispatch(TunnelPair.headers(), null, new DispatchBench.Caller());
    }
    settle();
    assertEquals(0, bench.sessions().get(0).calls());
    assertEquals(5, bench.sessions().get(1).calls());
  }

  @Test
  void callThatHasNotLeftMovesToAnotherTunnelOfItsAgentAndIsPlacedOnce() {
    TunnelPair stays = bench.join("a", 10, new HandLoop());
    TunnelPair drains = bench.join("a", 10, new HandLoop());
    RequestSide request = dispatch();
    request.onRequestChunk(stays.chunk(700), true);
    drains.server().stream().drain("renewal", 0);
    settle();
    assertEquals(List.of("a 1"), caller.placed());
    assertEquals(List.of(), drains.agent().arrived());
    Arrived moved = stays.agent().newest();
    assertEquals(1, moved.head().attempt());
    assertEquals(700, moved.request().body().length);
    moved.response().onHead(new ResponseHead(200, new HeaderFields()), true);
    settle();
    assertEquals("head 200 last", caller.events().get(caller.events().size() - 1));
  }

  @Test
  void callThatHasNotLeftInTimeMovesNowhere() {
    TunnelPair stays = bench.join("a", 10, new HandLoop());
    TunnelPair drains = bench.join("a", 10, new HandLoop());
    dispatch(within(Duration.ofMillis(50)));
    hand.freeze(Duration.ofMillis(50));
    drains.server().stream().drain("renewal", 0);
    settle();
    assertEquals(List.of("reset deadline last"), caller.events());
    assertEquals(List.of(), stays.agent().arrived());
  }

  @Test
  void callThatHasNotLeftIsPlacedAgainWhereItsAgentHasNoOtherTunnel() {
    TunnelPair drains = bench.join("a", 10, new HandLoop());
    RequestSide request = dispatch();
    TunnelPair other = join("b");
    request.onRequestChunk(other.chunk(700), true);
    drains.server().stream().drain("going-away", 0);
    settle();
    assertEquals(List.of("a 1", "b 2"), caller.placed());
    assertEquals(700, other.agent().newest().request().body().length);
    finish();
  }

  /** It is the agent that goes away: {@code draining} would say that the server does. */
  @Test
  void callThatHasNotLeftAndHasNowhereToGoHasLostItsTunnel() {
    TunnelPair drains = bench.join("a", 10, new HandLoop());
    dispatch().onRequestChunk(drains.chunk(1), true);
    drains.server().stream().drain("going-away", 0);
    settle();
    assertEquals(List.of("reset tunnel-lost last"), caller.events());
  }

  @Test
  void groupWithoutAnAgentAndFullAgentsAreToldApart() {
    dispatch();
    assertNotNull(caller.reset());
    assertEquals(CallFailure.NO_AGENT, caller.reset().failure());
    bench.join("a", 1, hand);
    DispatchBench.Caller second = new DispatchBench.Caller();
    DispatchBench.Caller third = new DispatchBench.Caller();
    bench.dispatch(TunnelPair.headers(), null, second);
    bench.dispatch(TunnelPair.headers(), null, third);
    assertNull(second.reset());
    assertNotNull(third.reset());
    assertEquals(CallFailure.AGENT_OVERLOADED, third.reset().failure());
    assertFalse(third.reset().processed());
  }

  @Test
  void tunnelOnTheCallersLoopIsPreferred() {
    HandLoop elsewhere = new HandLoop();
    TunnelPair far = bench.join("a", 10, elsewhere);
    TunnelPair near = new TunnelPair(hand, TunnelPair.SMALL);
    bench.registry().join(bench.sessions().get(0), near.server().stream());
    near.server()
        .tell(
            bench.sessions().get(0)::end,
            () -> bench.registry().leave(bench.sessions().get(0), near.server().stream()));
    agents.add(near);
    dispatch();
    settle();
    assertEquals(1, near.agent().arrived().size());
    assertEquals(0, far.agent().arrived().size());
  }
}
