package dev.adit.core.tunnel.liveness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.flow.MemoryBudget;
import dev.adit.core.flow.WindowSizes;
import dev.adit.core.tunnel.TunnelException;
import dev.adit.core.tunnel.TunnelSettings;
import dev.adit.core.wire.FrameLimits;
import dev.adit.core.wire.Heartbeat;
import dev.adit.testing.tunnel.HandLoop;
import dev.adit.testing.tunnel.ResponseLog;
import dev.adit.testing.tunnel.TunnelPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Heartbeats each second, dead after four. */
final class LivenessTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final HandLoop hand = new HandLoop();
  private final TunnelPair pair = new TunnelPair(hand, TunnelPair.SMALL);

  @AfterEach
  void noTimerIsLeft() {
    pair.cut();
    pair.settle();
    assertFalse(hand.hasTimers());
    assertEquals(0, pair.heldBytes());
  }

  private void start() {
    pair.server().stream().start();
    pair.agent().stream().start();
  }

  @Test
  void quietTunnelLivesOnHeartbeats() {
    start();
    for (int i = 0; i < 100; i++) {
      hand.advance(SECOND);
      pair.settle();
    }
    assertNull(pair.server().closed());
    assertNull(pair.agent().closed());
  }

  @Test
  void peerThatSaysNothingIsDeadAfterTheTimeOfSilence() {
    start();
    for (int i = 0; i < 4; i++) {
      hand.advance(SECOND);
      pair.server().transport().drop();
      pair.agent().transport().drop();
      assertNull(pair.server().closed());
    }
    hand.advance(SECOND);
    TunnelException closed = pair.server().closed();
    assertNotNull(closed);
    assertEquals("dead", closed.reason());
    assertFalse(closed.isConnectionEnd());
  }

  @Test
  void roundTripIsMeasuredLessTheTimeThePeerKeptIt() {
    start();
    assertEquals(-1, pair.server().stream().rttNanos());
    hand.advance(SECOND);
    hand.advance(Duration.ofMillis(30));
    pair.settle();
    hand.advance(Duration.ofMillis(970));
    hand.advance(Duration.ofMillis(20));
    pair.settle();
    assertEquals(TimeUnit.MILLISECONDS.toNanos(50), pair.server().stream().rttNanos());
  }

  @Test
  void roundTripIsMeasuredAlsoWhereTheNextHeartbeatLeavesBeforeTheEchoComes() {
    pair.server().stream().start();
    hand.advance(Duration.ofMillis(900));
    pair.agent().stream().start();
    // 60 ms each way: every echo comes 20 ms after the server's next heartbeat has left.
    for (int i = 0; i < 20; i++) {
      hand.advance(Duration.ofMillis(100));
      hand.advance(Duration.ofMillis(60));
      pair.deliver(pair.server());
      hand.advance(Duration.ofMillis(740));
      hand.advance(Duration.ofMillis(100));
      hand.run();
      for (int waiting = pair.agent().transport().underWay(); waiting > 0; waiting--) {
        pair.deliver(pair.agent());
      }
    }
    assertTrue(pair.server().stream().rttNanos() > 0);
  }

  @Test
  void shortestOfTheLastEightRoundTripsIsWhatTheWayTakes() {
    AtomicLong sent = new AtomicLong();
    Liveness liveness = liveness(heartbeat -> sent.set(heartbeat.token()));
    assertEquals(-1, liveness.shortestRttNanos());
    liveness.start();
    for (int millis : List.of(70, 50, 400, 60, 90, 80, 70, 90, 60)) {
      echo(liveness, sent, millis);
      assertEquals(TimeUnit.MILLISECONDS.toNanos(millis), liveness.rttNanos());
    }
    assertEquals(TimeUnit.MILLISECONDS.toNanos(50), liveness.shortestRttNanos());
    echo(liveness, sent, 95);
    assertEquals(TimeUnit.MILLISECONDS.toNanos(60), liveness.shortestRttNanos());
    liveness.stop();
  }

  /** Nobody may ever read the answers. */
  @Test
  void peerThatAsksWithoutEndIsAnsweredInTurn() {
    AtomicInteger sent = new AtomicInteger();
    Liveness liveness = liveness(heartbeat -> sent.incrementAndGet());
    liveness.start();
    for (int second = 0; second < 3; second++) {
      hand.advance(SECOND);
      sent.set(0);
      for (int i = 1; i <= 1000; i++) {
        liveness.heard();
        liveness.onHeartbeat(new Heartbeat(i, 0, 0, true));
      }
      assertEquals(10, sent.get());
    }
    liveness.stop();
  }

  private Liveness liveness(Consumer<Heartbeat> sent) {
    Liveness.Pulse pulse =
        new Liveness.Pulse() {
          @Override
          public void send(Heartbeat heartbeat) {
            sent.accept(heartbeat);
          }

          @Override
          public void onQuiet(boolean quiet) {}

          @Override
          public void onDead() {}
        };
    return new Liveness(hand.loop(), SECOND, SECOND.multipliedBy(4), pulse);
  }

  private void echo(Liveness liveness, AtomicLong sent, int millis) {
    long before = sent.get();
    while (sent.get() == before) {
      hand.advance(Duration.ofMillis(5));
    }
    hand.advance(Duration.ofMillis(millis));
    liveness.onHeartbeat(new Heartbeat(1, sent.get(), 0, false));
    liveness.heard();
  }

  @Test
  void processThatDidNotRunForTooLongStartsNoneOfTheCallsThatPiledUp() {
    start();
    pair.settle();
    pair.open(new ResponseLog());
    hand.run();
    assertTrue(pair.server().transport().underWay() > 0);
    hand.freeze(Duration.ofMillis(4001));
    pair.deliver(pair.server());
    assertEquals(0, pair.agent().arrived().size());
    TunnelException closed = pair.agent().closed();
    assertNotNull(closed);
    assertEquals("dead", closed.reason());
  }

  /** The first bytes of what piled up are no sign of life either. */
  @Test
  void bytesOfAMessageAfterTooLongASilenceDoNotMakeItHeard() {
    start();
    pair.settle();
    pair.open(new ResponseLog());
    hand.run();
    hand.freeze(Duration.ofMillis(4001));
    pair.agent().stream().onBytes();
    pair.deliver(pair.server());
    assertEquals(0, pair.agent().arrived().size());
    TunnelException closed = pair.agent().closed();
    assertNotNull(closed);
    assertEquals("dead", closed.reason());
  }

  @Test
  void bytesOfAMessageThatIsNotWholeAreHeard() {
    start();
    for (int i = 0; i < 20; i++) {
      hand.advance(SECOND);
      pair.server().transport().drop();
      pair.agent().transport().drop();
      pair.server().stream().onBytes();
      assertFalse(pair.server().stream().isQuiet());
    }
    assertNull(pair.server().closed());
    assertNotNull(pair.agent().closed());
  }

  @Test
  void silenceCountsOnlyFromTheStart() {
    // An agent may take up to 5 s for its hello.
    hand.advance(Duration.ofMillis(4800));
    pair.open(new ResponseLog());
    hand.run();
    pair.deliver(pair.server());
    assertEquals(1, pair.agent().arrived().size());
    assertNull(pair.agent().closed());
    pair.agent().stream().start();
    hand.advance(SECOND);
    assertNull(pair.agent().closed());
  }

  @Test
  void challengeIsAnsweredAtOnceAndTheAnswerAsksNothing() {
    start();
    List<Boolean> verdicts = new ArrayList<>();
    pair.server().stream().challenge(SECOND, verdicts::add);
    hand.run();
    assertEquals(1, pair.server().transport().messages());
    pair.deliver(pair.server());
    hand.run();
    assertEquals(1, pair.agent().transport().messages());
    pair.deliver(pair.agent());
    hand.run();
    assertEquals(List.of(true), verdicts);
    assertEquals(1, pair.server().transport().messages());
    hand.advance(SECOND);
    pair.settle();
    assertEquals(List.of(true), verdicts);
  }

  @Test
  void challengeThatNobodyAnswersIsDecidedInTime() {
    start();
    List<Boolean> verdicts = new ArrayList<>();
    pair.server().stream().challenge(Duration.ofMillis(500), verdicts::add);
    hand.run();
    pair.server().transport().drop();
    hand.advance(Duration.ofMillis(499));
    assertEquals(List.of(), verdicts);
    hand.advance(Duration.ofMillis(1));
    assertEquals(List.of(false), verdicts);
  }

  /** A heartbeat in turn echoes an older token: it was under way before the question. */
  @Test
  void olderEchoIsNoAnswer() {
    start();
    hand.advance(SECOND);
    pair.settle();
    hand.advance(SECOND);
    hand.run();
    List<Boolean> verdicts = new ArrayList<>();
    pair.server().stream().challenge(SECOND, verdicts::add);
    hand.run();
    pair.server().transport().drop();
    pair.deliver(pair.agent());
    hand.run();
    assertEquals(List.of(), verdicts);
  }

  @Test
  void peerThatMissesABeatIsQuietUntilItIsHeardAgain() {
    start();
    hand.advance(SECOND);
    pair.settle();
    for (int i = 0; i < 2; i++) {
      hand.advance(SECOND);
      pair.agent().transport().drop();
      assertFalse(pair.server().stream().isQuiet());
    }
    hand.advance(SECOND);
    assertTrue(pair.server().stream().isQuiet());
    assertNull(pair.server().closed());
    pair.settle();
    assertFalse(pair.server().stream().isQuiet());
    assertEquals(List.of(true, false), pair.server().quiets());
  }

  @Test
  void settingsThatCannotBeatAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> settings(Duration.ZERO, SECOND));
    assertThrows(IllegalArgumentException.class, () -> settings(Duration.ofSeconds(-1), SECOND));
    assertThrows(IllegalArgumentException.class, () -> settings(SECOND, SECOND));
  }

  private static TunnelSettings settings(Duration heartbeat, Duration deadAfter) {
    return new TunnelSettings(
        FrameLimits.DEFAULT, WindowSizes.DEFAULT, MemoryBudget.unlimited(), heartbeat, deadAfter);
  }
}
