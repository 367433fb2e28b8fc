package dev.adit.core.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Credit given to a peer, whatever the order in which bytes come and leave. */
final class ReceiveWindowTest {
  private static final int KIB = 1024;

  /** The budget of a tunnel whose peer is near, in a process with memory to spare. */
  private static TunnelBudget budget(WindowSizes sizes) {
    return new TunnelBudget(sizes, MemoryBudget.unlimited(), () -> 0, () -> -1);
  }

  /** One call as its peer sees it, to hold the window to its word. */
  private static final class Peer {
    final ReceiveWindow window;
    int credit;
    int held;

    Peer(TunnelBudget budget, int initial) {
      window = new ReceiveWindow(budget, initial);
      credit = initial;
    }

    void send(int bytes) {
      assertTrue(window.received(bytes));
      credit -= bytes;
      held += bytes;
      assertEquals(held, window.held());
    }

    void leave(int bytes) {
      int granted = window.consumed(bytes);
      held -= bytes;
      credit += granted;
      assertTrue(granted >= 0);
      assertEquals(held, window.held());
      assertTrue(credit + held <= window.size(), credit + " + " + held + " > " + window.size());
    }
  }

  @Property(tries = 1000)
  void creditNeverExceedsTheWindowAndEveryPromiseIsGivenBack(@ForAll long seed) {
    Random random = new Random(seed);
    int initial = 1 + random.nextInt(4 * KIB);
    int call = initial + random.nextInt(8 * KIB);
    int calls = 1 + random.nextInt(8);
    long room = call + (long) random.nextInt(calls * call);
    TunnelBudget budget = budget(new WindowSizes(initial, call, room));
    List<Peer> peers = new ArrayList<>();
    for (int i = 0; i < calls; i++) {
      peers.add(new Peer(budget, budget.initialWindow()));
    }
    for (int step = 0; step < 200; step++) {
      Peer peer = peers.get(random.nextInt(calls));
      if (random.nextBoolean()) {
        peer.send(random.nextInt(peer.credit + 1));
      } else {
        peer.leave(random.nextInt(peer.held + 1));
      }
      long sum = peers.stream().mapToLong(each -> each.window.size()).sum();
      assertEquals(sum, budget.promised());
    }
    peers.forEach(peer -> peer.window.close());
    assertEquals(0, budget.promised());
  }

  @Property(tries = 1000)
  void peerWhoseBytesLeaveNeverStarvesHoweverTightTheBudget(@ForAll long seed) {
    Random random = new Random(seed);
    int initial = 1 + random.nextInt(64 * KIB);
    int call = initial + random.nextInt(64 * KIB);
    TunnelBudget budget = budget(new WindowSizes(initial, call, call));
    // Others hold far more than the budget.
    budget.promise(random.nextBoolean() ? 10 * call : 0);
    Peer peer = new Peer(budget, random.nextBoolean() ? initial : budget.initialWindow());
    int floor = Math.min(initial, WindowSizes.FLOOR);
    for (int step = 0; step < 100; step++) {
      peer.send(random.nextInt(peer.credit + 1));
      int before = peer.credit;
      while (peer.held > 0) {
        peer.leave(1 + random.nextInt(peer.held));
      }
      assertTrue(peer.credit >= Math.min(before, 1));
      assertTrue(
          2 * peer.credit >= floor,
          () -> "everything has left, but the credit is " + peer.credit + " of " + floor);
    }
  }

  @Property(tries = 1000)
  void bytesBeyondTheCreditAreRefused(@ForAll long seed) {
    Random random = new Random(seed);
    int initial = 1 + random.nextInt(KIB);
    ReceiveWindow window =
        new ReceiveWindow(budget(new WindowSizes(initial, initial, initial)), initial);
    int some = random.nextInt(initial + 1);
    assertTrue(window.received(some));
    assertFalse(window.received(initial - some + 1 + random.nextInt(KIB)));
    assertEquals(some, window.held());
  }

  @Example
  void windowThatProvesUsefulGrowsToTheCallWindowAtTheFirstGrant() {
    TunnelBudget budget = budget(new WindowSizes(KIB, 4 * KIB, 64 * KIB));
    Peer peer = new Peer(budget, KIB);
    peer.send(KIB);
    peer.leave(KIB / 2 - 1);
    assertEquals(0, peer.credit);
    peer.leave(1);
    assertEquals(4 * KIB, peer.window.size());
    assertEquals(4 * KIB - KIB / 2, peer.credit);
  }

  @Example
  void bodyUnderHalfTheWindowCostsNoCredit() {
    Peer peer = new Peer(budget(new WindowSizes(KIB, 4 * KIB, 64 * KIB)), KIB);
    peer.send(KIB / 2 - 1);
    peer.leave(KIB / 2 - 1);
    assertEquals(KIB / 2 + 1, peer.credit);
  }

  @Example
  void windowsShrinkTowardsTheFloorWhileTheBudgetIsTight() {
    TunnelBudget budget = budget(new WindowSizes(64 * KIB, 256 * KIB, 256 * KIB));
    Peer peer = new Peer(budget, 64 * KIB);
    Peer other = new Peer(budget, 64 * KIB);
    assertEquals(64 * KIB, budget.initialWindow());
    Peer third = new Peer(budget, 64 * KIB);
    assertEquals(WindowSizes.FLOOR, budget.initialWindow());
    for (int i = 0; i < 8; i++) {
      peer.send(peer.credit);
      peer.leave(peer.held);
    }
    assertEquals(WindowSizes.FLOOR, peer.window.size());
    assertEquals(WindowSizes.FLOOR, peer.credit);
    other.window.close();
    third.window.close();
    for (int i = 0; i < 2; i++) {
      peer.send(peer.credit);
      peer.leave(peer.held);
    }
    assertEquals(WindowSizes.FLOOR, peer.window.size());
  }

  @Example
  void windowThatIsUsedUpWithinALongRoundTripDoublesUpToItsShareOfTheBudget() {
    long trip = TimeUnit.MILLISECONDS.toNanos(50);
    AtomicLong now = new AtomicLong();
    TunnelBudget budget =
        new TunnelBudget(
            new WindowSizes(64 * KIB, 256 * KIB, 64 * KIB * KIB),
            MemoryBudget.unlimited(),
            now::get,
            () -> trip);
    Peer fast = new Peer(budget, 64 * KIB);
    for (int i = 0; i < 100; i++) {
      now.addAndGet(trip / 2);
      fast.send(fast.credit);
      fast.leave(fast.held);
    }
    assertEquals(16 * KIB * KIB, fast.window.size());
    Peer slow = new Peer(budget, 64 * KIB);
    for (int i = 0; i < 100; i++) {
      now.addAndGet(trip);
      slow.send(slow.credit);
      slow.leave(slow.held);
    }
    assertEquals(256 * KIB, slow.window.size(), "this one does not wait for credit");
  }

  @Example
  void windowsStayAtTheCallWindowOnAShortWay() {
    TunnelBudget budget =
        new TunnelBudget(
            new WindowSizes(64 * KIB, 256 * KIB, 64 * KIB * KIB),
            MemoryBudget.unlimited(),
            () -> 0,
            () -> TimeUnit.MILLISECONDS.toNanos(2) - 1);
    Peer peer = new Peer(budget, 64 * KIB);
    for (int i = 0; i < 100; i++) {
      peer.send(peer.credit);
      peer.leave(peer.held);
    }
    assertEquals(256 * KIB, peer.window.size());
  }

  @Example
  void allTunnelsOfAProcessShareItsMemory() {
    MemoryBudget memory = new MemoryBudget(512 * KIB);
    WindowSizes sizes = new WindowSizes(64 * KIB, 256 * KIB, 64 * KIB * KIB);
    TunnelBudget one = new TunnelBudget(sizes, memory, () -> 0, () -> -1);
    TunnelBudget other = new TunnelBudget(sizes, memory, () -> 0, () -> -1);
    Peer first = new Peer(one, 64 * KIB);
    first.send(64 * KIB);
    first.leave(64 * KIB);
    assertEquals(256 * KIB, first.window.size());
    assertEquals(64 * KIB, other.initialWindow(), "half of the memory is promised, not more");
    Peer second = new Peer(other, 64 * KIB);
    assertEquals(WindowSizes.FLOOR, other.initialWindow());
    assertEquals(320 * KIB, memory.promised());
    first.window.close();
    second.window.close();
    assertEquals(0, memory.promised());
    assertEquals(64 * KIB, other.initialWindow());
  }

  @Example
  void closedWindowGrantsNothingAndGivesItsPromiseBackOnce() {
    TunnelBudget budget = budget(new WindowSizes(KIB, KIB, KIB));
    Peer peer = new Peer(budget, KIB);
    peer.send(KIB);
    peer.window.close();
    peer.window.close();
    peer.leave(KIB);
    assertEquals(0, peer.credit);
    assertEquals(0, budget.promised());
  }
}
