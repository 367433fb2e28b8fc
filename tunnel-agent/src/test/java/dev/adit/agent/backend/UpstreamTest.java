package dev.adit.agent.backend;

import static dev.adit.core.upstream.UpstreamConfig.SLOW_START;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.config.HostPort;
import dev.adit.core.http2.read.ReceiveWindows;
import dev.adit.core.process.EventLoops;
import dev.adit.core.upstream.BackendConfig;
import dev.adit.core.upstream.UpstreamBalance;
import dev.adit.core.upstream.UpstreamConfig;
import dev.adit.core.upstream.UpstreamName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** The choice among an upstream's backends. */
final class UpstreamTest {
  private static final EventLoops LOOPS = EventLoops.start(1, "upstream-test");

  @AfterAll
  static void stop() {
    LOOPS.close();
  }

  private static Upstream upstream(UpstreamBalance balance, int... weights) {
    List<BackendConfig> backends = new ArrayList<>();
    for (int weight : weights) {
      backends.add(new BackendConfig(new HostPort("127.0.0.1", 1 + backends.size()), weight));
    }
    UpstreamConfig config =
        new UpstreamConfig(
            new UpstreamName("up"), backends, balance, null, null, null, SLOW_START, 0, 1);
    try {
      return new Upstream(config, LOOPS, ReceiveWindows.Sizes.fixed(1024));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String turns(Upstream upstream, int count) {
    StringBuilder turns = new StringBuilder();
    for (int i = 0; i < count; i++) {
      turns.append(upstream.backends().indexOf(upstream.pick(List.of())));
    }
    return turns.toString();
  }

  @Test
  void roundRobinTakesOneAfterTheOther() {
    assertEquals("012012", turns(upstream(UpstreamBalance.ROUND_ROBIN, 5, 1, 1), 6));
  }

  @Test
  void weightedTakesEachAsOftenAsItsWeightSaysSpreadEvenly() {
    assertEquals("0010200", turns(upstream(UpstreamBalance.WEIGHTED, 5, 1, 1), 7));
    assertEquals("010010", turns(upstream(UpstreamBalance.WEIGHTED, 200, 100), 6));
  }

  @Test
  void leastCallsFavoursTheIdle() {
    Upstream upstream = upstream(UpstreamBalance.LEAST_CALLS, 1, 1);
    Backend busy = upstream.backends().get(0);
    for (int i = 0; i < 10; i++) {
      busy.begin();
    }
    int idle = 0;
    for (int i = 0; i < 1000; i++) {
      idle += upstream.pick(List.of()) == busy ? 0 : 1;
    }
    // Two of two random choices are the busy one in a quarter of the cases.
    assertTrue(idle > 650 && idle < 850, () -> "not about 750");
  }

  @Test
  void leastCallsKeepsToTheWeights() {
    Upstream upstream = upstream(UpstreamBalance.LEAST_CALLS, 3, 1);
    for (int i = 0; i < 4000; i++) {
      Backend chosen = upstream.pick(List.of());
      assertNotNull(chosen);
      chosen.begin();
    }
    int heavy = upstream.backends().get(0).calls();
    assertTrue(
        heavy > 2900 && heavy < 3100, () -> heavy + " of 4000 on three quarters of the weight");
  }

  @Test
  void unreachableBackendIsChosenOnlyWhenNoOtherIsLeft() {
    for (UpstreamBalance balance : UpstreamBalance.values()) {
      Upstream upstream = upstream(balance, 1, 1, 1);
      Backend down = upstream.backends().get(1);
      down.reachable(false);
      for (int i = 0; i < 50; i++) {
        assertTrue(upstream.pick(List.of()) != down);
      }
      List<Backend> others = List.of(upstream.backends().get(0), upstream.backends().get(2));
      assertSame(down, upstream.pick(others));
      down.reachable(true);
    }
  }

  @Test
  void backendThatIsBackGetsAPartOfItsShareWhileThereIsAnother() {
    for (UpstreamBalance balance : UpstreamBalance.values()) {
      Upstream upstream = upstream(balance, 1, 1);
      Backend back = upstream.backends().get(0);
      back.reachable(false);
      back.reachable(true);
      int chosen = 0;
      for (int i = 0; i < 2000; i++) {
        chosen += upstream.pick(List.of()) == back ? 1 : 0;
      }
      // About a tenth of 1,000, or of 1,500 where the less busy of two is taken.
      int taken = chosen;
      assertTrue(chosen > 40 && chosen < 400, () -> balance + ": " + taken + " of 2000");
      assertSame(back, upstream.pick(List.of(upstream.backends().get(1))));
    }
  }

  /** Each event loop notices by itself; only the first one has something to tell. */
  @Test
  void backendBecomesUnreachableOnce() {
    Backend backend = upstream(UpstreamBalance.LEAST_CALLS, 1).backends().get(0);
    assertTrue(backend.reachable(false));
    assertFalse(backend.reachable(false));
    assertTrue(backend.isUnreachable());
    assertTrue(backend.reachable(true));
    assertFalse(backend.reachable(true));
  }

  @Test
  void everyKindOfRecoveryBeginsAWarmUp() {
    Upstream upstream = upstream(UpstreamBalance.LEAST_CALLS, 1, 1);
    Backend backend = upstream.backends().get(0);
    backend.reachable(true);
    backend.healthy(true);
    assertFalse(backend.isWarming());
    backend.healthy(false);
    backend.healthy(true);
    assertTrue(backend.isWarming());
    Backend other = upstream.backends().get(1);
    other.reachable(false);
    other.healthy(false);
    other.reachable(true);
    assertFalse(other.isWarming());
    other.healthy(true);
    assertTrue(other.isWarming());
  }

  @Test
  void triedBackendIsNeverChosenAgain() {
    for (UpstreamBalance balance : UpstreamBalance.values()) {
      Upstream upstream = upstream(balance, 1, 1);
      Backend tried = upstream.backends().get(0);
      for (int i = 0; i < 20; i++) {
        assertSame(upstream.backends().get(1), upstream.pick(List.of(tried)));
      }
      assertNull(upstream.pick(upstream.backends()));
    }
  }
}
