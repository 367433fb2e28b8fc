package dev.adit.server.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.name.AgentId;
import dev.adit.core.name.GroupName;
import dev.adit.core.tunnel.TunnelStream;
import dev.adit.testing.tunnel.HandLoop;
import dev.adit.testing.tunnel.TunnelPair;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Who is connected, as readers see it while tunnels come and go. */
final class AgentRegistryTest {
  private static final GroupName ONE = new GroupName("one");
  private static final GroupName TWO = new GroupName("two");

  private final AgentRegistry registry = new AgentRegistry();

  private static TunnelStream tunnel() {
    return new TunnelPair(new HandLoop(), TunnelPair.SMALL).server().stream();
  }

  private AgentSession join(String id, String instance, TunnelStream tunnel) {
    return registry.join(
        new AgentId(id),
        instance,
        tunnel,
        () ->
            new AgentSession(
                new AgentId(id), instance, Set.of(ONE, TWO), 10, "", "", Instant.EPOCH));
  }

  @Test
  void groupThatLostItsAgentsHasStillBeenJoined() {
    assertFalse(registry.hasEverJoined(ONE));
    TunnelStream tunnel = tunnel();
    AgentSession session = join("a", "run", tunnel);
    registry.leave(session, tunnel);
    assertTrue(registry.hasEverJoined(ONE));
    assertFalse(registry.hasEverJoined(new GroupName("three")));
  }

  @Test
  void tunnelsOfOneRunJoinItsSessionAndTheLastTakesItAlong() {
    TunnelStream first = tunnel();
    TunnelStream second = tunnel();
    AgentSession session = join("a", "run", first);
    assertSame(session, join("a", "run", second));
    assertEquals(2, session.tunnels().length);
    RegistrySnapshot before = registry.snapshot();
    registry.leave(session, first);
    assertNotNull(registry.snapshot().group(ONE));
    registry.leave(session, second);
    registry.leave(session, second);
    assertNull(registry.snapshot().group(ONE));
    assertNull(registry.snapshot().group(TWO));
    assertEquals(1, before.sessions().size());
  }

  /** A frozen process is passed over before it is dead; the last agent of a group never is. */
  @Test
  void quietAgentIsPassedOverWhileThereIsAnother() {
    HandLoop hand = new HandLoop();
    TunnelPair silent = new TunnelPair(hand, TunnelPair.SMALL);
    AgentSession frozen = join("a", "run", silent.server().stream());
    silent.server().stream().start();
    AgentSession other = join("b", "run", tunnel());
    hand.advance(Duration.ofSeconds(1));
    hand.advance(Duration.ofSeconds(1));
    hand.advance(Duration.ofSeconds(1));
    registry.onQuiet(frozen);
    assertEquals(List.of(other), choosable());
    registry.leave(other, other.tunnels()[0]);
    assertEquals(List.of(frozen), choosable());
    silent.cut();
    hand.run();
  }

  private List<AgentSession> choosable() {
    AgentGroup group = registry.snapshot().group(ONE);
    assertNotNull(group);
    return group.choosable();
  }

  @Test
  void agentWithoutAHealthyBackendIsPassedOverForTheGroupsItCannotServe() {
    AgentSession down = join("a", "run", tunnel());
    AgentSession other = join("b", "run", tunnel());
    registry.report(
        down, List.of(new UpstreamState("one", "x", 2, 0), new UpstreamState("two", "y", 2, 1)));
    assertEquals(List.of(other), choosable());
    AgentGroup two = registry.snapshot().group(TWO);
    assertNotNull(two);
    assertEquals(List.of(down, other), two.choosable());
    registry.report(down, List.of(new UpstreamState("", "own", 1, 1)));
    assertEquals(List.of(down, other), choosable());
  }

  @Test
  void otherRunsOfAnAgentAreKnown() {
    AgentSession old = join("a", "old", tunnel());
    AgentSession other = join("b", "old", tunnel());
    AgentSession young = join("a", "young", tunnel());
    assertEquals(List.of(old), registry.others(young));
    assertEquals(List.of(), registry.others(other));
  }

  @Test
  void tunnelThatTakesNoCallsIsNotOffered() {
    HandLoop home = new HandLoop();
    TunnelPair near = new TunnelPair(home, TunnelPair.SMALL);
    TunnelStream far = tunnel();
    AgentSession session = join("a", "run", far);
    join("a", "run", near.server().stream());
    assertSame(near.server().stream(), session.tunnelFor(home.loop()));
    near.server().stream().drain("renewal", 0);
    assertSame(far, session.tunnelFor(home.loop()));
    far.drain("renewal", 0);
    assertNull(session.tunnelFor(home.loop()));
    near.cut();
  }

  @Test
  void slotsAreNeverMoreThanTheLimit() throws Exception {
    AgentSession session = join("a", "run", tunnel());
    AtomicBoolean over = new AtomicBoolean();
    inParallel(
        4,
        () -> {
          for (int i = 0; i < 20_000; i++) {
            if (session.tryBegin()) {
              session.end();
            }
            if (session.calls() > 10 + 4) {
              over.set(true);
            }
          }
          return null;
        });
    assertFalse(over.get());
    assertEquals(0, session.calls());
  }

  @Test
  void readersSeeWholeSnapshotsWhileTunnelsComeAndGo() throws Exception {
    List<TunnelStream> tunnels = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      tunnels.add(tunnel());
    }
    AtomicBoolean stop = new AtomicBoolean();
    ExecutorService reader = Executors.newSingleThreadExecutor();
    Future<Integer> seen = reader.submit(() -> readUntil(stop));
    List<Callable<Void>> writers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      TunnelStream mine = tunnels.get(i);
      String id = "agent-" + i / 2;
      writers.add(
          () -> {
            for (int n = 0; n < 2000; n++) {
              registry.leave(join(id, "run", mine), mine);
            }
            return null;
          });
    }
    inParallel(writers);
    stop.set(true);
    assertTrue(seen.get() > 0);
    reader.shutdown();
    assertTrue(registry.snapshot().sessions().isEmpty());
    assertTrue(registry.snapshot().groups().isEmpty());
  }

  private int readUntil(AtomicBoolean stop) {
    int reads = 0;
    while (!stop.get() || reads == 0) {
      RegistrySnapshot snapshot = registry.snapshot();
      AgentGroup one = snapshot.group(ONE);
      AgentGroup two = snapshot.group(TWO);
      assertEquals(one == null ? List.of() : one.agents(), snapshot.sessions());
      assertEquals(two == null ? List.of() : two.agents(), snapshot.sessions());
      assertTrue(snapshot.sessions().size() <= 2);
      reads++;
    }
    return reads;
  }

  private static void inParallel(int threads, Callable<Void> task) throws Exception {
    List<Callable<Void>> tasks = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      tasks.add(task);
    }
    inParallel(tasks);
  }

  private static void inParallel(List<Callable<Void>> tasks) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(tasks.size());
    try {
      for (Future<Void> done : pool.invokeAll(tasks)) {
        done.get();
      }
    } finally {
      pool.shutdown();
    }
  }
}
