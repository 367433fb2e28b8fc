package dev.adit.agent.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.proto.v1.Drain;
import dev.adit.proto.v1.Frame;
import dev.adit.proto.v1.TunnelMessage;
import io.grpc.Status;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** An agent that is told to go away while it dials. */
final class RetiredDialerTest {
  private static final Duration LONG = Duration.ofMinutes(10);
  private static final Duration MOMENT = Duration.ofMillis(200);

  private final HandDialer hand = new HandDialer(HandDialer.address(1));
  private final HandDialer.Dial dial;

  RetiredDialerTest() {
    hand.dialNow();
    dial = hand.dials().get(0);
  }

  private void retire() {
    hand.hand().run(() -> hand.dialer().retire("going-away"));
  }

  /** Nobody waited for it, and it came up all the same. */
  @Test
  void dialUnderWayIsGivenUp() throws InterruptedException {
    retire();
    assertTrue(dial.call().isOver());
    hand.dialer().awaitGone(LONG);
    hand.pass(Duration.ofMinutes(1));
    assertEquals(1, hand.dials().size());
  }

  /** The server may have given it calls with the welcome. */
  @Test
  void tunnelThatHasJustBeenTakenIsDrainedAndAwaited() throws InterruptedException {
    Frame welcome = Frame.newBuilder().setWelcome(TunnelBench.welcome()).build();
    hand.hand()
        .run(
            () -> {
              hand.dialer().retire("going-away");
              dial.call().receive(TunnelMessage.newBuilder().addFrames(welcome).build());
            });
    assertTrue(dial.call().sent().stream().anyMatch(Frame::hasDrain));
    assertFalse(dial.call().isOver());
    long begun = System.nanoTime();
    hand.dialer().awaitGone(MOMENT);
    assertTrue(System.nanoTime() - begun >= MOMENT.toNanos(), "nobody waits for it");

    hand.receive(dial, Frame.newBuilder().setDrain(Drain.newBuilder().setReason("going-away")));
    hand.pass(Duration.ofSeconds(1));
    assertTrue(dial.call().isHalfClosed());
    hand.hand().run(() -> dial.call().end(Status.OK));
    hand.dialer().awaitGone(LONG);
  }
}
