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
import dev.adit.core.name.AgentId;
import dev.adit.core.name.GroupName;
import dev.adit.core.tunnel.TunnelException;
import dev.adit.server.policy.Balance;
import dev.adit.server.policy.GroupShare;
import dev.adit.server.policy.HeaderChanges;
import dev.adit.server.registry.AgentRegistry;
import dev.adit.server.registry.AgentSession;
import dev.adit.server.routing.Route;
import dev.adit.server.routing.RoutingTable;
import dev.adit.server.routing.Rule;
import dev.adit.server.routing.RuleName;
import dev.adit.testing.tunnel.HandLoop;
import dev.adit.testing.tunnel.ResponseLog;
import dev.adit.testing.tunnel.TunnelPair;
import dev.adit.testing.tunnel.TunnelPair.Arrived;
import io.netty.util.AsciiString;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A call is moved to another agent while the server knows that no backend has seen it. */
final class PlacementTest {
  private static final GroupName GROUP = new GroupName("g");
  private static final AsciiString NONE = AsciiString.EMPTY_STRING;

  /** The caller's side. */
  private static final class Caller extends ResponseLog implements PlacementListener {
    private final List<String> placed = new ArrayList<>();
    private final List<AgentId> agents = new ArrayList<>();

    @Override
    public void onPlaced(AgentSession agent, int attempt) {
      placed.add(agent.id() + " " + attempt);
      agents.add(agent.id());
    }
  }

  private final HandLoop hand = new HandLoop();
  private final AgentRegistry registry = new AgentRegistry();
  private final Dispatcher dispatcher = new Dispatcher(registry);
  private final List<TunnelPair> agents = new ArrayList<>();
  private final List<AgentSession> sessions = new ArrayList<>();
  private final Caller caller = new Caller();

  private TunnelPair join(String id) {
    return join(id, 10, hand);
  }

  private TunnelPair join(String id, int maxCalls, HandLoop loop) {
    TunnelPair pair = new TunnelPair(loop, TunnelPair.SMALL);
    AgentSession session =
        registry.join(
            new AgentId(id),
            "run",
            pair.server().stream(),
            () ->
                new AgentSession(
                    new AgentId(id), "run", Set.of(GROUP), maxCalls, "", "", Instant.EPOCH));
    pair.server().tell(session::end, () -> registry.leave(session, pair.server().stream()));
    agents.add(pair);
    sessions.add(session);
    return pair;
  }

  @AfterEach
  void nothingIsLeft() {
    agents.forEach(TunnelPair::cut);
    settle();
    for (TunnelPair agent : agents) {
      assertEquals(0, agent.heldBytes());
      assertEquals(0, agent.server().stream().callCount());
    }
    sessions.forEach(session -> assertEquals(0, session.calls()));
    assertEquals(0, dispatcher.keptBytes());
    assertTrue(registry.snapshot().sessions().isEmpty());
  }

  private void settle() {
    for (int i = 0; i < 5; i++) {
      agents.forEach(TunnelPair::settle);
      hand.run();
    }
  }

  private static Route route() {
    Rule rule =
        new Rule(
            new RuleName("r"),
            "f:1",
            List.of(),
            List.of(),
            0,
            List.of(new GroupShare(GROUP, 1)),
            null,
            Balance.DEFAULT,
            null,
            null,
            null,
            null,
            null,
            HeaderChanges.NONE,
            HeaderChanges.NONE,
            null,
            null);
    return Objects.requireNonNull(
        RoutingTable.of("h", List.of(rule), Map.of(), null).route(TunnelPair.headers()));
  }

  private RequestSide dispatch() {
    return dispatch(TunnelPair.headers());
  }

  private RequestSide dispatch(CallHeaders headers) {
    return dispatcher.dispatch(headers, GROUP, route(), hand.loop(), caller);
  }

  /** The agent that has the newest placement of the call. */
  private TunnelPair holder() {
    AgentId id = caller.agents.get(caller.agents.size() - 1);
    for (int i = 0; i < sessions.size(); i++) {
      if (sessions.get(i).id().equals(id)) {
        return agents.get(i);
      }
    }
    throw new AssertionError(id.value());
  }

  private Arrived call() {
    return holder().agent().newest();
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
    assertEquals(3, caller.placed.size());
    assertEquals(3, caller.agents.stream().distinct().count());
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
    assertEquals(List.of("a 1"), caller.placed);
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
    assertEquals(1, caller.placed.size());
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
    assertEquals(1, caller.placed.size());
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
    assertEquals(1, caller.placed.size());
    assertEquals(List.of(), caller.events());
    assertNotNull(call().request().cancelled());
  }

  @Test
  void timeSpentOnEarlierPlacementsIsTakenOff() {
    join("a");
    join("b");
    CallHeaders usual = TunnelPair.headers();
    dispatch(
        new CallHeaders(
            usual.protocol(),
            usual.method(),
            usual.scheme(),
            usual.authority(),
            usual.path(),
            usual.fields(),
            TimeUnit.SECONDS.toNanos(10)));
    settle();
    hand.freeze(Duration.ofSeconds(3));
    refuse();
    assertEquals(TimeUnit.SECONDS.toNanos(7), call().head().headers().timeoutNanos());
    finish();
  }

  @Test
  void agentThatDrainsIsPassedOver() {
    join("a").agent().stream().drain("going-away", 0);
    join("b");
    settle();
    for (int i = 0; i < 5; i++) {
      dispatcher.dispatch(TunnelPair.headers(), GROUP, route(), hand.loop(), new Caller());
    }
    settle();
    assertEquals(0, sessions.get(0).calls());
    assertEquals(5, sessions.get(1).calls());
  }

  @Test
  void groupWithoutAnAgentAndFullAgentsAreToldApart() {
    dispatch();
    assertNotNull(caller.reset());
    assertEquals(CallFailure.NO_AGENT, caller.reset().failure());
    join("a", 1, hand);
    Caller second = new Caller();
    Caller third = new Caller();
    dispatcher.dispatch(TunnelPair.headers(), GROUP, route(), hand.loop(), second);
    dispatcher.dispatch(TunnelPair.headers(), GROUP, route(), hand.loop(), third);
    assertNull(second.reset());
    assertNotNull(third.reset());
    assertEquals(CallFailure.AGENT_OVERLOADED, third.reset().failure());
    assertFalse(third.reset().processed());
  }

  @Test
  void tunnelOnTheCallersLoopIsPreferred() {
    HandLoop elsewhere = new HandLoop();
    TunnelPair far = join("a", 10, elsewhere);
    TunnelPair near = new TunnelPair(hand, TunnelPair.SMALL);
    registry.join(
        new AgentId("a"),
        "run",
        near.server().stream(),
        () -> {
          throw new AssertionError("the session exists");
        });
    near.server()
        .tell(sessions.get(0)::end, () -> registry.leave(sessions.get(0), near.server().stream()));
    agents.add(near);
    dispatch();
    settle();
    assertEquals(1, near.agent().arrived().size());
    assertEquals(0, far.agent().arrived().size());
  }
}
