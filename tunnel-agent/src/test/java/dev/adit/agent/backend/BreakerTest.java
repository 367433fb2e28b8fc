package dev.adit.agent.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.agent.backend.Breaker.Change;
import dev.adit.agent.backend.Breaker.Outcome;
import dev.adit.core.upstream.CircuitBreaker;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** When a backend's circuit opens, and when it closes again. */
final class BreakerTest {
  private final MockTicker ticker = Ticker.newMockTicker();

  private Breaker inRow() {
    return new Breaker(
        new CircuitBreaker(3, 0, 10, Duration.ofSeconds(20), Duration.ofSeconds(30), 2), ticker);
  }

  private Breaker ofShare() {
    return new Breaker(
        new CircuitBreaker(5, 50, 4, Duration.ofSeconds(20), Duration.ofSeconds(30), 2), ticker);
  }

  private static void calls(Breaker breaker, Outcome... outcomes) {
    for (Outcome outcome : outcomes) {
      breaker.onEnd(outcome, breaker.onBegin());
    }
  }

  @Test
  void failuresInARowOpenIt() {
    Breaker breaker = inRow();
    calls(breaker, Outcome.FAILURE, Outcome.FAILURE, Outcome.SUCCESS);
    calls(breaker, Outcome.FAILURE, Outcome.NONE, Outcome.FAILURE);
    assertTrue(breaker.lets());
    assertEquals(Change.OPENED, breaker.onEnd(Outcome.FAILURE, breaker.onBegin()));
    assertFalse(breaker.lets());
    assertEquals("open", breaker.text());
  }

  @Test
  void openItLetsNothingThroughForItsTime() {
    Breaker breaker = inRow();
    calls(breaker, Outcome.FAILURE, Outcome.FAILURE, Outcome.FAILURE);
    ticker.advance(29_999, TimeUnit.MILLISECONDS);
    assertFalse(breaker.lets());
    assertEquals("open", breaker.text());
    ticker.advance(1, TimeUnit.MILLISECONDS);
    assertTrue(breaker.lets());
    assertEquals("half-open", breaker.text());
  }

  @Test
  void halfOpenItLetsAsManyThroughAsHaveToSucceed() {
    Breaker breaker = inRow();
    calls(breaker, Outcome.FAILURE, Outcome.FAILURE, Outcome.FAILURE);
    ticker.advance(30, TimeUnit.SECONDS);
    int first = breaker.onBegin();
    assertTrue(breaker.lets());
    int second = breaker.onBegin();
    assertFalse(breaker.lets());
    breaker.onEnd(Outcome.NONE, first);
    assertTrue(breaker.lets());
    int third = breaker.onBegin();
    assertEquals(Change.NONE, breaker.onEnd(Outcome.SUCCESS, second));
    assertEquals("half-open", breaker.text());
    assertEquals(Change.CLOSED, breaker.onEnd(Outcome.SUCCESS, third));
    assertEquals("closed", breaker.text());
  }

  @Test
  void failureOfATrialOpensItForItsWholeTimeAgain() {
    Breaker breaker = inRow();
    calls(breaker, Outcome.FAILURE, Outcome.FAILURE, Outcome.FAILURE);
    ticker.advance(30, TimeUnit.SECONDS);
    calls(breaker, Outcome.SUCCESS, Outcome.FAILURE);
    ticker.advance(29, TimeUnit.SECONDS);
    assertFalse(breaker.lets());
    ticker.advance(1, TimeUnit.SECONDS);
    calls(breaker, Outcome.SUCCESS, Outcome.SUCCESS);
    assertEquals("closed", breaker.text());
  }

  /** A watch of a quiet service has no answer for hours, and says nothing of the backend. */
  @Test
  void trialsThatAreNotAnsweredKeepOthersOutForItsTimeOnly() {
    Breaker breaker = inRow();
    calls(breaker, Outcome.FAILURE, Outcome.FAILURE, Outcome.FAILURE);
    ticker.advance(30, TimeUnit.SECONDS);
    int quiet = breaker.onBegin();
    ticker.advance(10, TimeUnit.SECONDS);
    breaker.onBegin();
    ticker.advance(29_999, TimeUnit.MILLISECONDS);
    assertFalse(breaker.lets());
    ticker.advance(1, TimeUnit.MILLISECONDS);
    assertTrue(breaker.lets());
    int third = breaker.onBegin();
    int fourth = breaker.onBegin();
    assertFalse(breaker.lets());
    assertEquals(Change.NONE, breaker.onEnd(Outcome.SUCCESS, third));
    assertEquals(Change.CLOSED, breaker.onEnd(Outcome.SUCCESS, fourth));
    assertEquals(Change.NONE, breaker.onEnd(Outcome.SUCCESS, quiet));
    assertEquals("closed", breaker.text());
  }

  @Test
  void shareCountsOnlyWithinItsWindowAndFromItsLeastNumberOfCalls() {
    Breaker breaker = ofShare();
    calls(breaker, Outcome.FAILURE, Outcome.FAILURE, Outcome.FAILURE);
    assertTrue(breaker.lets());
    ticker.advance(20, TimeUnit.SECONDS);
    calls(breaker, Outcome.SUCCESS, Outcome.SUCCESS, Outcome.FAILURE);
    assertTrue(breaker.lets());
    calls(breaker, Outcome.FAILURE);
    assertFalse(breaker.lets());
  }

  @Test
  void lateEndOfACallFromBeforeSaysNothing() {
    Breaker breaker = inRow();
    int before = breaker.onBegin();
    calls(breaker, Outcome.FAILURE, Outcome.FAILURE, Outcome.FAILURE);
    breaker.onEnd(Outcome.SUCCESS, before);
    assertEquals("open", breaker.text());
  }

  /** Streams that a restart of the backend has ended late would else open it again and again. */
  @Test
  void callsFromBeforeItWasHalfOpenSayNothingOfTheTrials() {
    Breaker breaker = inRow();
    int before = breaker.onBegin();
    calls(breaker, Outcome.FAILURE, Outcome.FAILURE, Outcome.FAILURE);
    ticker.advance(30, TimeUnit.SECONDS);
    int trial = breaker.onBegin();
    assertTrue(breaker.isTrial(trial));
    assertFalse(breaker.isTrial(before));
    assertEquals(Change.NONE, breaker.onEnd(Outcome.FAILURE, before));
    assertEquals(Change.NONE, breaker.onEnd(Outcome.SUCCESS, before));
    assertEquals(Change.NONE, breaker.onEnd(Outcome.SUCCESS, before));
    assertEquals("half-open", breaker.text());
    breaker.onBegin();
    assertFalse(breaker.lets());
    breaker.onEnd(Outcome.FAILURE, trial);
    assertEquals("open", breaker.text());
    ticker.advance(30, TimeUnit.SECONDS);
    int again = breaker.onBegin();
    breaker.onEnd(Outcome.FAILURE, trial);
    assertEquals("half-open", breaker.text());
    calls(breaker, Outcome.SUCCESS);
    assertEquals(Change.CLOSED, breaker.onEnd(Outcome.SUCCESS, again));
  }

  @Test
  void itOpensOnceHoweverManyCallsFailTogether() throws Exception {
    Breaker breaker = inRow();
    AtomicInteger opened = new AtomicInteger();
    ExecutorService threads = Executors.newFixedThreadPool(4);
    List<Future<?>> done = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      done.add(threads.submit(() -> failOften(breaker, opened)));
    }
    for (Future<?> each : done) {
      each.get();
    }
    threads.shutdown();
    assertEquals(1, opened.get());
  }

  private static void failOften(Breaker breaker, AtomicInteger opened) {
    for (int call = 0; call < 10_000; call++) {
      if (breaker.onEnd(Outcome.FAILURE, breaker.onBegin()) == Change.OPENED) {
        opened.incrementAndGet();
      }
    }
  }
}
