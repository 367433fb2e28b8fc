package dev.adit.core.tunnel.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.adit.core.flow.MemoryBudget;
import dev.adit.core.flow.WindowSizes;
import dev.adit.core.tunnel.PromisedCredit;
import dev.adit.core.tunnel.TunnelSettings;
import dev.adit.core.wire.FrameLimits;
import dev.adit.testing.tunnel.HandLoop;
import dev.adit.testing.tunnel.TunnelPair;
import dev.adit.testing.tunnel.TunnelPair.Arrived;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Random callers and backends over windows of about 1 KiB, on a network that delivers when it
 * likes: every call comes to its one end, whole and in order, and nothing is left of it.
 */
final class TunnelModelTest {
  private static final int KIB = 1024;

  private final List<ModelCall> calls = new ArrayList<>();
  private int arrived;

  @Property(tries = 10_000)
  void everyCallEndsOnceWholeAndInOrderAndLeavesNothing(@ForAll long seed) {
    Random random = new Random(seed);
    TunnelPair pair = new TunnelPair(new HandLoop(), settings(random));
    play(pair, random, 100);

    pair.server().transport().ready(true);
    pair.agent().transport().ready(true);
    int rounds = 0;
    do {
      pair.server().stream().onReady();
      pair.agent().stream().onReady();
      pair.settle();
      meet(pair);
      calls.forEach(ModelCall::finish);
      pair.settle();
    } while (pair.server().stream().callCount() > 0 && rounds++ < 2000);

    calls.forEach(ModelCall::checkEnd);
    checkNothingIsLeft(pair);
    assertNull(pair.server().closed());
    assertNull(pair.agent().closed());
  }

  @Property(tries = 1000)
  void lostTunnelEndsEveryCallOnceAndLeavesNothing(@ForAll long seed) {
    Random random = new Random(seed);
    TunnelPair pair = new TunnelPair(new HandLoop(), settings(random));
    play(pair, random, 60);
    pair.cut();
    calls.forEach(ModelCall::checkLost);
    checkNothingIsLeft(pair);
  }

  private static TunnelSettings settings(Random random) {
    int initial = random.nextInt(4) == 0 ? 16 + random.nextInt(48) : KIB;
    int call = random.nextBoolean() ? initial : 4 * initial;
    long budget = random.nextBoolean() ? call : 16L * call;
    int chunk = random.nextInt(4) == 0 ? 1 + random.nextInt(7) : 256;
    return new TunnelSettings(
        new FrameLimits(chunk, chunk + random.nextInt(KIB)),
        new WindowSizes(initial, call, budget),
        MemoryBudget.unlimited(),
        Duration.ofSeconds(1),
        Duration.ofSeconds(4));
  }

  private void play(TunnelPair pair, Random random, int steps) {
    calls.clear();
    arrived = 0;
    for (int step = 0; step < steps; step++) {
      if (calls.size() < 6 && random.nextInt(8) == 0) {
        calls.add(new ModelCall(pair, random));
      }
      network(pair, random);
      meet(pair);
      if (!calls.isEmpty()) {
        act(calls.get(random.nextInt(calls.size())), random);
        calls.forEach(ModelCall::check);
      }
    }
  }

  private static void network(TunnelPair pair, Random random) {
    switch (random.nextInt(8)) {
      case 0, 1 -> pair.hand().run();
      case 2, 3 -> pair.deliver(pair.server());
      case 4, 5 -> pair.deliver(pair.agent());
      case 6 -> {
        TunnelPair.End end = random.nextBoolean() ? pair.server() : pair.agent();
        boolean ready = random.nextBoolean();
        end.transport().ready(ready);
        if (ready) {
          end.stream().onReady();
        }
      }
      default -> pair.settle();
    }
  }

  /** Calls arrive in the order in which they are opened, less those that were taken back. */
  private void meet(TunnelPair pair) {
    for (; arrived < pair.agent().arrived().size(); arrived++) {
      Arrived call = pair.agent().arrived().get(arrived);
      calls.stream()
          .filter(each -> each.sent(call.head()))
          .findFirst()
          .orElseThrow(() -> new AssertionError("a call that nobody opened"))
          .arrive(call);
    }
  }

  private static void act(ModelCall call, Random random) {
    switch (random.nextInt(20)) {
      case 0, 1, 2, 3, 4 -> call.callerSends();
      case 5, 6 -> call.callerReads(false);
      case 7 -> call.callerReads(true);
      case 8 -> {
        if (random.nextInt(3) == 0) {
          call.callerCancels();
        }
      }
      case 9 -> call.backendAccepts();
      case 10, 11 -> call.backendReads(false);
      case 12 -> call.backendReads(true);
      case 13, 14, 15, 16, 17 -> call.backendSends();
      default -> {
        if (random.nextInt(3) == 0) {
          call.backendEnds();
        }
      }
    }
  }

  private void checkNothingIsLeft(TunnelPair pair) {
    assertEquals(0, pair.server().stream().callCount());
    assertEquals(0, pair.agent().stream().callCount());
    assertEquals(0, PromisedCredit.of(pair.server().stream()));
    assertEquals(0, PromisedCredit.of(pair.agent().stream()));
    assertEquals(calls.size(), pair.server().callsEnded());
    assertEquals(0, pair.heldBytes());
  }
}
