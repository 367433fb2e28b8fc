package dev.adit.server.entry.call;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.CallReset;
import dev.adit.core.call.HeaderFields;
import dev.adit.testing.tunnel.HandLoop;
import dev.adit.testing.tunnel.TunnelPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class CallTimersTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final HandLoop hand = new HandLoop();
  private final List<CallReset> ends = new ArrayList<>();

  private @Nullable CallTimers start(long timeoutNanos, @Nullable Duration idle) {
    CallHeaders some = TunnelPair.headers();
    CallHeaders headers =
        new CallHeaders(
            some.protocol(),
            some.method(),
            some.scheme(),
            some.authority(),
            some.path(),
            new HeaderFields(),
            timeoutNanos);
    return CallTimers.start(hand.loop(), headers, idle, ends::add);
  }

  private void assertEnded(String message) {
    assertEquals(1, ends.size(), ends::toString);
    assertEquals(CallFailure.DEADLINE, ends.get(0).failure());
    assertEquals(message, ends.get(0).message());
    assertFalse(hand.hasTimers());
  }

  @Test
  void callWithoutEitherHasNone() {
    assertNull(start(CallHeaders.NO_TIMEOUT, null));
    assertFalse(hand.hasTimers());
    CallTimers.moved(null);
    CallTimers.stop(null);
  }

  @Test
  void deadlineHoldsHoweverMuchMoves() {
    CallTimers timers = start(Duration.ofSeconds(10).toNanos(), SECOND);
    for (int i = 0; i < 19; i++) {
      hand.advance(Duration.ofMillis(500));
      CallTimers.moved(timers);
    }
    hand.advance(Duration.ofMillis(499));
    assertEquals(List.of(), ends);
    hand.advance(Duration.ofMillis(1));
    assertEnded("the deadline has passed");
  }

  @Test
  void nothingMovingEndsACallBeforeItsDeadline() {
    CallTimers timers = start(Duration.ofSeconds(10).toNanos(), SECOND);
    hand.advance(Duration.ofMillis(900));
    CallTimers.moved(timers);
    hand.advance(Duration.ofMillis(999));
    assertEquals(List.of(), ends);
    hand.advance(Duration.ofMillis(1));
    assertEnded("nothing has moved for longer than the rule allows");
  }

  @Test
  void oneOfTheTwoIsEnough() {
    start(SECOND.toNanos(), null);
    hand.advance(SECOND);
    assertEnded("the deadline has passed");
    ends.clear();
    start(CallHeaders.NO_TIMEOUT, SECOND);
    hand.advance(SECOND);
    assertEnded("nothing has moved for longer than the rule allows");
  }

  @Test
  void deadlineBeyondAllTimeIsNone() {
    CallTimers timers = start(Long.MAX_VALUE - 1, SECOND);
    hand.advance(Duration.ofMillis(500));
    CallTimers.moved(timers);
    hand.advance(Duration.ofMillis(500));
    assertEquals(List.of(), ends);
    assertTrue(hand.hasTimers());
  }

  @Test
  void callThatIsOverIsEndedByNone() {
    CallTimers timers = start(SECOND.toNanos(), SECOND);
    CallTimers.stop(timers);
    hand.advance(SECOND.multipliedBy(5));
    assertEquals(List.of(), ends);
    assertFalse(hand.hasTimers());
  }
}
