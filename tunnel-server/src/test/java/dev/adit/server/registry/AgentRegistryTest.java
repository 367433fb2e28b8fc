package dev.adit.server.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.name.AgentId;
import dev.adit.core.name.GroupName;
import dev.adit.core.tunnel.TunnelException;
import dev.adit.core.tunnel.TunnelStream;
import dev.adit.testing.tunnel.HandLoop;
import dev.adit.testing.tunnel.ResponseLog;
import dev.adit.testing.tunnel.TunnelPair;
import io.netty.util.AsciiString;
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
    return joined(id, instance, tunnel).session();
  }

  private Joined joined(String id, String instance, TunnelStream tunnel) {
    return registry.join(session(id, instance, 10, ONE, TWO), tunnel);
  }

  private static AgentSession session(
      String id, String instance, int maxCalls, GroupName... groups) {
    return new AgentSession(
        new AgentId(id), instance, Set.of(groups), 0, maxCalls, "", "", Instant.EPOCH);
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
    RegistrySnapshot without = registry.snapshot();
    registry.leave(session, second);
    assertSame(without, registry.snapshot(), "made anew although nothing has changed");
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
  void runTakesThePlaceOfAnotherOfItsAgent() {
    TunnelStream tunnel = tunnel();
    AgentSession old = join("a", "old", tunnel);
    AgentSession other = join("b", "old", tunnel());
    Joined young = joined("a", "young", tunnel());
    assertEquals(new Joined.Ousted(old, List.of(tunnel)), young.ousted());
    assertEquals(List.of(other, young.session()), registry.snapshot().sessions());
    assertNull(joined("a", "young", tunnel()).ousted());
  }

  /** Each of its tunnels that is still being dialled would take the place back, and so on. */
  @Test
  void runThatHasJustLostItsPlaceDoesNotTakeItBack() {
    join("a", "old", tunnel());
    AgentSession young = join("a", "young", tunnel());
    TunnelStream late = tunnel();
    Joined again = joined("a", "old", late);
    assertEquals(Joined.Outcome.LATE, again.outcome());
    assertSame(young, again.session());
    assertNull(again.ousted());
    assertEquals(List.of(young), registry.snapshot().sessions());
    registry.leave(young, young.tunnels()[0]);
    assertEquals(
        Joined.Outcome.MEMBER, joined("a", "old", late).outcome(), "nobody has its place any more");
  }

  /** Whoever may call itself as it likes must not put others out of service. */
  @Test
  void placeOfAnAgentIsNotTakenByWhoIsNamedLessExactly() {
    TunnelStream first = tunnel();
    AgentSession exact = as("run", 9, first).session();
    for (String instance : List.of("other", "run")) {
      Joined vague = as(instance, 8, tunnel());
      assertEquals(Joined.Outcome.OUTRANKED, vague.outcome(), instance);
      assertSame(exact, vague.session());
      assertNull(vague.ousted());
    }
    assertEquals(List.of(exact), registry.snapshot().sessions());
    assertEquals(1, exact.tunnels().length);
    assertEquals(exact, ousted(as("third", 9, tunnel())), "as exactly");
    assertEquals("third", ousted(as("fourth", 10, tunnel())).instance(), "more exactly");
    AgentSession last = registry.snapshot().sessions().get(0);
    registry.leave(last, last.tunnels()[0]);
    assertEquals(Joined.Outcome.MEMBER, as("other", 8, tunnel()).outcome(), "nobody is there");
  }

  /** It would be given the calls of the other, in whose name it dialled first. */
  @Test
  void runIsNotSharedByWhoIsNamedLessExactlyAndCallsItsRunTheSame() {
    AgentSession vague = as("run", 8, tunnel()).session();
    TunnelStream first = tunnel();
    Joined exact = as("run", 9, first);
    assertSame(vague, ousted(exact));
    assertEquals(List.of(exact.session()), registry.snapshot().sessions());
    assertEquals(List.of(first), List.of(exact.session().tunnels()));
    assertSame(exact.session(), as("run", 9, tunnel()).session());
    assertEquals(Joined.Outcome.OUTRANKED, as("run", 8, tunnel()).outcome());
  }

  @Test
  void runThatIsNamedMoreExactlyIsNotLateForWhatOthersDidInItsName() {
    as("run", 8, tunnel());
    as("other", 8, tunnel());
    assertEquals(Joined.Outcome.LATE, as("run", 8, tunnel()).outcome());
    assertEquals(Joined.Outcome.MEMBER, as("run", 9, tunnel()).outcome());
  }

  /** As where an operator widens shop-1 to shop-*, and a tunnel is renewed after that. */
  @Test
  void runWhoseLineIsAnotherNowIsJoinedByIt() {
    TunnelStream first = tunnel();
    AgentSession session = as("run", 9, first).session();
    registry.rank(session, first, 8);
    assertSame(session, as("run", 8, tunnel()).session());
    registry.leave(session, first);
    registry.rank(session, first, 9);
    assertSame(session, as("run", 8, tunnel()).session(), "who has left ranks nobody");
  }

  private Joined as(String instance, int exactness, TunnelStream tunnel) {
    return registry.join(
        new AgentSession(
            new AgentId("a"), instance, Set.of(ONE), exactness, 10, "", "", Instant.EPOCH),
        tunnel);
  }

  private static AgentSession ousted(Joined joined) {
    Joined.Ousted ousted = joined.ousted();
    assertNotNull(ousted);
    return ousted.session();
  }

  @Test
  void oneOfTwoRunsThatComeAtTheSameMomentStays() throws Exception {
    for (int round = 0; round < 200; round++) {
      String id = "agent-" + round;
      List<Callable<Joined>> runs =
          List.of(() -> joined(id, "one", tunnel()), () -> joined(id, "two", tunnel()));
      ExecutorService pool = Executors.newFixedThreadPool(2);
      int ousted = 0;
      for (Future<Joined> done : pool.invokeAll(runs)) {
        ousted += done.get().ousted() == null ? 0 : 1;
      }
      pool.shutdown();
      assertEquals(1, ousted);
      assertEquals(round + 1, registry.snapshot().sessions().size());
    }
  }

  @Test
  void sessionServesWhatItsNewestTunnelIsWelcomedTo() {
    AgentRegistry widened = new AgentRegistry();
    TunnelStream first = tunnel();
    TunnelStream second = tunnel();
    AgentSession run = widened.join(session("a", "run", 10, ONE), first).session();
    assertSame(run, widened.join(session("a", "run", 20, ONE, TWO), second).session());
    widened.leave(run, first);
    assertNotNull(widened.snapshot().group(TWO), "its welcome says so, and no call goes there");
    assertTrue(widened.hasEverJoined(TWO));
    assertEquals(20, run.maxCalls());
    assertTrue(run.isWelcomed(second, TWO));
    assertFalse(run.isWelcomed(first, ONE));
  }

  @Test
  void oneTunnelMakesWayForOneWithMoreGroupsWhileAnotherStays() {
    AgentRegistry widened = new AgentRegistry();
    TunnelStream first = tunnel();
    TunnelStream second = tunnel();
    AgentSession run = widened.join(session("a", "run", 10, ONE), first).session();
    assertFalse(widened.makesWay(run, first, Set.of(ONE, TWO)), "it is the only one");
    widened.join(session("a", "run", 10, ONE), second);
    TunnelStream third = tunnel();
    widened.join(session("a", "run", 10, ONE), third);
    assertFalse(widened.makesWay(run, first, Set.of(ONE)), "there is nothing more");
    assertTrue(widened.makesWay(run, first, Set.of(ONE, TWO)));
    assertEquals(List.of(second, third), List.of(run.tunnels()));
    assertFalse(widened.makesWay(run, second, Set.of(ONE, TWO)), "another does already");
    widened.join(session("a", "run", 10, ONE, TWO), tunnel());
    assertFalse(widened.makesWay(run, second, Set.of(ONE, TWO)), "that is done");
    assertTrue(widened.makesWay(run, second, Set.of(ONE, TWO, new GroupName("three"))));
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

  /**
   * An agent has tunnels on at most 16 of a server's loops; the calls of all others go by these.
   */
  @Test
  void loopsWithoutATunnelShareThoseThatThereAre() {
    HandLoop hand = new HandLoop();
    List<TunnelStream> tunnels = new ArrayList<>();
    AgentSession session = null;
    for (int i = 0; i < 3; i++) {
      TunnelStream tunnel = new TunnelPair(hand, TunnelPair.SMALL).server().stream();
      tunnels.add(tunnel);
      session = join("a", "run", tunnel);
    }
    assertNotNull(session);
    HandLoop elsewhere = new HandLoop();
    for (int i = 0; i < 6; i++) {
      TunnelStream chosen = session.tunnelFor(elsewhere.loop());
      assertNotNull(chosen);
      chosen.open(
          TunnelPair.headers(), AsciiString.of("one"), AsciiString.of("r"), 1, new ResponseLog());
    }
    for (TunnelStream tunnel : tunnels) {
      assertEquals(2, tunnel.callCount());
      tunnel.abort(new TunnelException("closed", "over"));
    }
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
