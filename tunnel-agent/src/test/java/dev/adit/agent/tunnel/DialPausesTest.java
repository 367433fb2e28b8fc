package dev.adit.agent.tunnel;

import static dev.adit.agent.tunnel.HandDialer.address;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.proto.v1.Drain;
import dev.adit.proto.v1.Frame;
import io.grpc.Status;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** However many addresses a name has and tunnels are lost: one dial is to come at each address. */
final class DialPausesTest {
  private static final Status REFUSED = Status.UNAVAILABLE.withDescription("Connection refused");
  private static final SocketAddress ONE = address(1);
  private static final SocketAddress TWO = address(2);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration LONG = Duration.ofMinutes(30);

  /** Pauses of 15 s on average, after the first minute. */
  private static final int MOST_IN_LONG = 200;

  private static final int MOST_IN_FIRST_MINUTE = 90;

  private static Frame.Builder drain(String reason) {
    return Frame.newBuilder().setDrain(Drain.newBuilder().setReason(reason));
  }

  private static void outage(HandDialer hand, SocketAddress address) {
    int before = hand.dialsOf(address).size();
    hand.pass(MINUTE, REFUSED);
    int inMinute = hand.dialsOf(address).size();
    hand.pass(LONG, REFUSED);
    int all = hand.dialsOf(address).size();
    assertTrue(inMinute - before <= MOST_IN_FIRST_MINUTE, "first minute " + (inMinute - before));
    assertTrue(all - inMinute <= MOST_IN_LONG, "later " + (all - inMinute));
    assertTrue(all - inMinute >= MOST_IN_LONG / 4, "later " + (all - inMinute));
  }

  @Test
  void addressesOfOneNameWaitEachForItself() {
    HandDialer hand = new HandDialer(ONE, TWO);
    hand.dialNow();
    assertEquals(List.of(ONE, TWO), hand.running().stream().map(HandDialer.Dial::address).toList());
    outage(hand, ONE);
    assertTrue(hand.dialsOf(TWO).size() <= MOST_IN_FIRST_MINUTE + MOST_IN_LONG);
  }

  @Test
  void refusedAddressIsLeftAloneForAMinuteWhateverItsNeighbourDoes() {
    HandDialer hand = new HandDialer(ONE, TWO);
    hand.dialNow();
    for (int i = 0; i < 6000; i++) {
      hand.running()
          .forEach(
              each ->
                  hand.hand()
                      .run(
                          () ->
                              each.call()
                                  .end(
                                      each.address().equals(ONE)
                                          ? Status.UNAUTHENTICATED
                                          : REFUSED)));
      hand.pass(Duration.ofMillis(50));
    }
    List<Duration> dials = hand.dialsOf(ONE);
    assertTrue(dials.size() >= 5 && dials.size() <= 6, dials.toString());
    assertTrue(hand.dialsOf(TWO).size() > dials.size());
  }

  @Test
  void tunnelsLostTogetherAreOneReasonToDial() {
    HandDialer hand = new HandDialer(ONE);
    hand.dialNow();
    for (int i = 0; i < 16; i++) {
      hand.welcome(16, i);
    }
    assertEquals(16, hand.tunnels().size());
    hand.pass(MINUTE);
    assertEquals(16, hand.dials().size());
    hand.end(REFUSED);
    assertEquals(0, hand.tunnels().size());
    outage(hand, ONE);
  }

  @Test
  void serverThatEndsEachTunnelAtOnceIsNotDialledWithoutAPause() {
    HandDialer hand = new HandDialer(ONE);
    hand.dialNow();
    for (int i = 0; i < 1200; i++) {
      hand.running()
          .forEach(
              each -> {
                hand.welcome(each, 2, 0);
                hand.hand().run(() -> each.call().end(REFUSED));
              });
      hand.pass(Duration.ofMillis(50));
    }
    assertTrue(hand.dials().size() <= 2 * MOST_IN_FIRST_MINUTE, "" + hand.dials().size());
  }

  @Test
  void supersededAgentStaysAwayForAMinute() {
    HandDialer hand = new HandDialer(ONE);
    hand.dialNow();
    hand.welcome(2, 0);
    hand.welcome(2, 1);
    hand.pass(MINUTE);
    assertEquals(2, hand.tunnels().size());
    HandDialer.Dial lost = hand.dials().get(0);
    hand.hand().run(() -> lost.call().end(REFUSED));
    hand.receive(hand.dials().get(1), drain("superseded"));
    hand.pass(Duration.ofSeconds(59));
    assertEquals(2, hand.dials().size());
    hand.pass(Duration.ofSeconds(2));
    assertEquals(3, hand.dials().size());
  }

  /** All were back in the same millisecond, and again each second while the server refused them. */
  @Test
  void agentsOfAServerThatGoesAwayDoNotComeBackAllAtOnce() {
    Drain.Builder drain = Drain.newBuilder().setReason("going-away").setReconnectAfterMs(1000);
    Set<Duration> times = new HashSet<>();
    for (int agent = 0; agent < 20; agent++) {
      HandDialer hand = new HandDialer(ONE);
      hand.dialNow();
      hand.welcome(2, 0);
      hand.welcome(2, 1);
      for (HandDialer.Dial each : hand.running()) {
        hand.receive(each, Frame.newBuilder().setDrain(drain));
      }
      hand.pass(Duration.ofSeconds(1).minusMillis(50));
      assertEquals(2, hand.dials().size());
      hand.pass(Duration.ofMillis(1100));
      assertEquals(3, hand.dials().size());
      times.add(hand.dials().get(2).at());
    }
    assertTrue(times.size() >= 5, times.toString());
  }

  @Test
  void neighbourOfOneThatIsSupersededDoesNotCallItBack() {
    HandDialer hand = new HandDialer(ONE, TWO);
    hand.dialNow();
    hand.welcome(hand.dials().get(0), 1, 0);
    hand.receive(hand.dials().get(0), drain("superseded"));
    int before = hand.dialsOf(ONE).size();
    hand.hand().run(() -> hand.dials().get(1).call().end(REFUSED));
    hand.pass(Duration.ofSeconds(58), REFUSED);
    assertTrue(hand.dialsOf(TWO).size() > 5);
    // One was under way.
    assertEquals(before, hand.dialsOf(ONE).size());
  }

  @Test
  void reloadDialsNowAndTakesThePlaceOfWhatWasToCome() {
    HandDialer hand = new HandDialer(ONE);
    hand.dialNow();
    hand.end(Status.UNAUTHENTICATED);
    hand.dialNow();
    assertEquals(2, hand.dials().size());
    hand.end(Status.UNAUTHENTICATED);
    hand.pass(Duration.ofSeconds(59));
    assertEquals(2, hand.dials().size());
    for (int i = 0; i < 20; i++) {
      hand.dialNow();
    }
    assertEquals(3, hand.dials().size());
    outage(hand, ONE);
  }

  @Test
  void nameWithoutAddressIsLookedUpByOneTimerAlone() {
    HandDialer hand = new HandDialer();
    for (int i = 0; i < 20; i++) {
      hand.dialNow();
    }
    hand.name(ONE);
    hand.pass(Duration.ofSeconds(6));
    assertEquals(List.of(Duration.ofSeconds(5)), hand.dialsOf(ONE));
    hand.end(REFUSED);
    hand.name();
    hand.pass(Duration.ofSeconds(3));
    assertEquals(1, hand.dials().size());
    hand.name(ONE);
    hand.pass(Duration.ofSeconds(5));
    assertEquals(2, hand.dials().size());
  }

  @Test
  void newAddressIsDialledAtOnceWhenItIsSeen() {
    HandDialer hand = new HandDialer(ONE);
    hand.dialNow();
    hand.end(REFUSED);
    hand.name(ONE, TWO);
    hand.pass(Duration.ofSeconds(2));
    assertEquals(1, hand.dialsOf(TWO).size());
  }
}
