package dev.adit.server.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.RequestSide;
import dev.adit.core.name.AgentId;
import dev.adit.core.name.GroupName;
import dev.adit.server.dispatch.placement.PlacementListener;
import dev.adit.server.policy.Balance;
import dev.adit.server.policy.GroupShare;
import dev.adit.server.policy.HeaderChanges;
import dev.adit.server.policy.RetryPolicy;
import dev.adit.server.registry.AgentRegistry;
import dev.adit.server.registry.AgentSession;
import dev.adit.server.registry.ExpectedGroups;
import dev.adit.server.routing.Route;
import dev.adit.server.routing.RoutingTable;
import dev.adit.server.routing.Rule;
import dev.adit.server.routing.RuleName;
import dev.adit.testing.tunnel.HandLoop;
import dev.adit.testing.tunnel.ResponseLog;
import dev.adit.testing.tunnel.TunnelPair;
import dev.adit.testing.tunnel.TunnelPair.Arrived;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Agents of one group whose tunnels are in memory, and a caller, on loops moved by hand. */
final class DispatchBench {
  static final GroupName GROUP = new GroupName("g");

  /** The caller's side. */
  static final class Caller extends ResponseLog implements PlacementListener {
    private final List<String> placed = new ArrayList<>();
    private final List<String> unplaced = new ArrayList<>();
    private int retries;
    private final List<AgentId> agents = new ArrayList<>();

    @Override
    public void onRetry(int times) {
      retries = times;
      acceptedAnew();
    }

    @Override
    public void onPlaced(AgentSession agent, int attempt) {
      placed.add(agent.id() + " " + attempt);
      agents.add(agent.id());
    }

    @Override
    public void onUnplaced(String reason) {
      unplaced.add(reason);
    }

    /** Why placements came to nothing. */
    List<String> unplaced() {
      return unplaced;
    }

    /** Agent and number of each placement. */
    List<String> placed() {
      return placed;
    }

    List<AgentId> agents() {
      return agents;
    }

    int retries() {
      return retries;
    }
  }

  private final HandLoop hand = new HandLoop();
  private final AgentRegistry registry = new AgentRegistry();
  private final Dispatcher dispatcher =
      new Dispatcher(
          registry,
          new ExpectedGroups(registry, group -> false, Duration.ZERO, Duration.ZERO, () -> 0));
  private final List<TunnelPair> agents = new ArrayList<>();
  private final List<AgentSession> sessions = new ArrayList<>();
  private final Caller caller = new Caller();
  private @Nullable Route route;

  HandLoop hand() {
    return hand;
  }

  AgentRegistry registry() {
    return registry;
  }

  List<AgentSession> sessions() {
    return sessions;
  }

  Dispatcher dispatcher() {
    return dispatcher;
  }

  List<TunnelPair> agents() {
    return agents;
  }

  Caller caller() {
    return caller;
  }

  TunnelPair join(String id) {
    return join(id, 10, hand);
  }

  TunnelPair join(String id, int maxCalls, HandLoop loop) {
    TunnelPair pair = new TunnelPair(loop, TunnelPair.SMALL);
    AgentSession session =
        registry
            .join(
                new AgentSession(
                    new AgentId(id), "run", Set.of(GROUP), 0, maxCalls, "", "", Instant.EPOCH),
                pair.server().stream())
            .session();
    pair.server().tell(session::end, () -> registry.leave(session, pair.server().stream()));
    agents.add(pair);
    sessions.add(session);
    return pair;
  }

  /** Ends every tunnel, and looks that nothing is left. */
  void close() {
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

  void settle() {
    for (int i = 0; i < 5; i++) {
      agents.forEach(TunnelPair::settle);
      hand.run();
    }
  }

  static Route route(@Nullable RetryPolicy retry) {
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
            retry,
            null,
            null,
            HeaderChanges.NONE,
            HeaderChanges.NONE,
            null,
            null);
    return Objects.requireNonNull(
        RoutingTable.of("h", List.of(rule), Map.of(), null).route(TunnelPair.headers()));
  }

  RequestSide dispatch(CallHeaders headers, @Nullable RetryPolicy retry) {
    return dispatch(headers, retry, caller);
  }

  /** All calls of a bench are of one rule: what is counted for it goes on. */
  RequestSide dispatch(CallHeaders headers, @Nullable RetryPolicy retry, Caller by) {
    Route known = route == null ? route(retry) : route;
    route = known;
    return dispatcher.dispatch(headers, GROUP, known, hand.loop(), by);
  }

  /** The agent that has the newest placement of the call. */
  TunnelPair holder() {
    return holder(caller);
  }

  TunnelPair holder(Caller of) {
    AgentId id = of.agents.get(of.agents.size() - 1);
    for (int i = 0; i < sessions.size(); i++) {
      if (sessions.get(i).id().equals(id)) {
        return agents.get(i);
      }
    }
    throw new AssertionError(id.value());
  }

  /** The newest placement of the call, at its agent. */
  Arrived call() {
    return holder().agent().newest();
  }
}
