package dev.adit.agent.tunnel;

import static dev.adit.agent.tunnel.HandDialer.address;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.proto.v1.Drain;
import dev.adit.proto.v1.Frame;
import io.grpc.Status;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * An address that leaves its name is known as long as there is a dial or a tunnel there; one that
 * comes to it is dialled though nothing is lost.
 */
final class LeftAddressTest {
  private static final SocketAddress ONE = address(1);
  private static final SocketAddress TWO = address(2);
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final HandDialer hand = new HandDialer(ONE, TWO);
  private final HandDialer.Dial atOne;
  private final HandDialer.Dial atTwo;

  LeftAddressTest() {
    hand.dialNow();
    atOne = hand.dials().get(0);
    atTwo = hand.dials().get(1);
  }

  /** What status shows. */
  private List<String> shown() {
    return hand.dialer().servers().stream().map(DialedServer::address).toList();
  }

  private static String text(int address) {
    return "127.0.0." + address + ":8003";
  }

  private void fail(HandDialer.Dial dial) {
    hand.hand().run(() -> dial.call().end(Status.UNAVAILABLE));
  }

  @Test
  void tunnelThatComesUpAfterItsAddressHasLeftIsShownAndDrained() {
    hand.name(TWO);
    fail(atTwo);
    hand.pass(Duration.ofSeconds(2));
    assertEquals(2, hand.dialsOf(TWO).size());
    hand.welcome(atOne, 1, 0);
    assertEquals(1, hand.tunnels().size());
    assertEquals(List.of(text(1), text(2)), shown());
    hand.hand().run(() -> hand.dialer().retire("going-away"));
    assertTrue(atOne.call().sent().stream().anyMatch(Frame::hasDrain));
  }

  @Test
  void addressThatHasLeftIsForgottenWithItsLastDial() {
    hand.name(TWO);
    fail(atTwo);
    hand.pass(Duration.ofSeconds(2));
    fail(atOne);
    hand.pass(MINUTE);
    assertEquals(List.of(text(2)), shown());
    assertEquals(1, hand.dialsOf(ONE).size());
  }

  @Test
  void tunnelThatOnlyFinishesItsCallsIsEndedWithTheAgent() {
    hand.welcome(atOne, 2, 0);
    hand.name(TWO);
    hand.receive(atOne, Frame.newBuilder().setDrain(Drain.newBuilder().setReason("going-away")));
    HandDialer.Dial second = hand.dials().get(2);
    assertEquals(ONE, second.address());
    fail(second);
    fail(atTwo);
    hand.pass(MINUTE);
    assertEquals(2, hand.dialsOf(ONE).size());
    assertEquals(List.of(text(1), text(2)), shown());
    assertFalse(atOne.call().isOver());
    // Back in the name.
    hand.name(ONE, TWO);
    hand.pass(MINUTE);
    assertTrue(hand.dialsOf(ONE).size() > 2);
    hand.hand().run(() -> hand.dialer().close());
    assertTrue(atOne.call().isOver());
  }

  @Test
  void drainedTunnelOfAnAddressThatHasLeftIsTheLastThatIsKnownOfIt() {
    hand.welcome(atOne, 2, 0);
    hand.name(TWO);
    hand.receive(atOne, Frame.newBuilder().setDrain(Drain.newBuilder().setReason("going-away")));
    fail(hand.dials().get(2));
    hand.pass(MINUTE);
    fail(atOne);
    hand.pass(MINUTE);
    assertEquals(List.of(text(2)), shown());
  }

  @Test
  void addressThatComesToTheNameIsDialledThoughNothingIsLost() {
    HandDialer calm = new HandDialer(ONE);
    calm.hand().run(() -> calm.dialer().start());
    calm.welcome(2, 0);
    calm.welcome(2, 1);
    calm.pass(MINUTE);
    assertEquals(2, calm.dials().size());
    calm.name(ONE, TWO);
    calm.pass(Duration.ofSeconds(11));
    assertEquals(2, calm.dialsOf(ONE).size());
    assertEquals(1, calm.dialsOf(TWO).size());
  }

  /** Which has nothing to say of the pauses that the known addresses wait for. */
  @Test
  void lookingForNewAddressesShortensNoPause() {
    HandDialer refused = new HandDialer(ONE);
    refused.hand().run(() -> refused.dialer().start());
    refused.pass(MINUTE, Status.UNAUTHENTICATED);
    int dials = refused.dials().size();
    assertTrue(dials <= 2, () -> refused.dialsOf(ONE).toString());
  }
}
