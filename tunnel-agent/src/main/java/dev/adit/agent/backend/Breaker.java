package dev.adit.agent.backend;

import dev.adit.core.upstream.CircuitBreaker;
import io.netty.util.concurrent.Ticker;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The circuit breaker of one backend: closed while calls succeed, open for a time after too many
 * failures, then half open: as many calls as have to succeed are let through, as many more each
 * time that none has been for as long as it stays open, and the first failure of theirs opens it
 * again. Any thread, without locks.
 */
public final class Breaker {
  /** How a call left the backend. */
  public enum Outcome {
    /** The backend answered. */
    SUCCESS,
    /** The backend failed: no connection, a reset, UNAVAILABLE, INTERNAL, DATA_LOSS, HTTP 5xx. */
    FAILURE,
    /** Nothing can be said of the backend: the caller went away, or it was never asked. */
    NONE
  }

  /** What the end of a call has done to the circuit. */
  enum Change {
    NONE,
    OPENED,
    CLOSED
  }

  /** For trials without an answer, where it stays open for less. */
  private static final long LEAST_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private enum Kind {
    CLOSED,
    OPEN,
    HALF_OPEN
  }

  /**
   * One moment; never changed.
   *
   * @param failures in a row, or of the window
   * @param calls of the window, or that succeeded half open
   * @param trials let through half open and not answered yet
   * @param sinceNanos the window's or the opening's begin, or that of the newest trial
   * @param openings how often it has opened
   */
  private record State(
      Kind kind, int failures, int calls, int trials, long sinceNanos, int openings) {}

  private final CircuitBreaker config;
  private final Ticker ticker;

  // shared: replaced as a whole
  private final AtomicReference<State> state;

  Breaker(CircuitBreaker config, Ticker ticker) {
    this.config = config;
    this.ticker = ticker;
    state = new AtomicReference<>(closed(ticker.nanoTime(), 0));
  }

  private static State closed(long now, int openings) {
    return new State(Kind.CLOSED, 0, 0, 0, now, openings);
  }

  private State now() {
    return Objects.requireNonNull(state.get());
  }

  /** Whether a call would be let through now. */
  boolean lets() {
    State now = now();
    return switch (now.kind()) {
      case CLOSED -> true;
      case OPEN -> isOver(now);
      // A stream may have no answer for hours, and says nothing of the backend meanwhile.
      case HALF_OPEN -> now.trials() < config.successes() || isStale(now);
    };
  }

  private boolean isOver(State open) {
    return ticker.nanoTime() - open.sinceNanos() >= config.open().toNanos();
  }

  private boolean isStale(State halfOpen) {
    long patience = Math.max(LEAST_PATIENCE_NANOS, config.open().toNanos());
    return ticker.nanoTime() - halfOpen.sinceNanos() >= patience;
  }

  /**
   * A call is given to the backend.
   *
   * @return when that was, for {@link #onEnd}: how often the circuit has opened before
   */
  int onBegin() {
    State now = now();
    if (now.kind() != Kind.CLOSED) {
      now = Objects.requireNonNull(state.updateAndGet(this::withOneMore));
    }
    return now.openings();
  }

  private State withOneMore(State now) {
    return switch (now.kind()) {
      case CLOSED -> now;
      case OPEN -> isOver(now) ? trial(now, 0, 1) : now;
      case HALF_OPEN -> trial(now, now.calls(), isStale(now) ? 1 : now.trials() + 1);
    };
  }

  private State trial(State before, int succeeded, int trials) {
    return new State(Kind.HALF_OPEN, 0, succeeded, trials, ticker.nanoTime(), before.openings());
  }

  private static State halfOpen(State before, int succeeded, int trials) {
    return new State(Kind.HALF_OPEN, 0, succeeded, trials, before.sinceNanos(), before.openings());
  }

  /**
   * A call has left the backend, or half open has been answered well and goes on.
   *
   * @param begun what {@link #onBegin} has said of it
   * @return what this has done to the circuit
   */
  Change onEnd(Outcome outcome, int begun) {
    State before = now();
    boolean nothingToNote =
        before.kind() == Kind.CLOSED
            && !config.countsShare()
            && before.failures() == 0
            && outcome == Outcome.SUCCESS;
    if (nothingToNote || (outcome == Outcome.NONE && before.kind() != Kind.HALF_OPEN)) {
      return Change.NONE;
    }
    while (true) {
      State old = now();
      State next = after(old, outcome, begun);
      if (state.compareAndSet(old, next)) {
        return change(old.kind(), next.kind());
      }
    }
  }

  private static Change change(Kind before, Kind after) {
    if (before == after) {
      return Change.NONE;
    }
    return after == Kind.OPEN ? Change.OPENED : Change.CLOSED;
  }

  private State after(State now, Outcome outcome, int begun) {
    return switch (now.kind()) {
      case CLOSED -> config.countsShare() ? afterOfWindow(now, outcome) : afterInRow(now, outcome);
      // A call from before it opened has nothing to say any more.
      case OPEN -> now;
      case HALF_OPEN -> begun == now.openings() ? afterTrial(now, outcome) : now;
    };
  }

  private State afterInRow(State now, Outcome outcome) {
    if (outcome == Outcome.NONE) {
      return now;
    }
    int failures = outcome == Outcome.FAILURE ? now.failures() + 1 : 0;
    return failures >= config.failures()
        ? opened(now)
        : new State(Kind.CLOSED, failures, 0, 0, now.sinceNanos(), now.openings());
  }

  private State afterOfWindow(State now, Outcome outcome) {
    if (outcome == Outcome.NONE) {
      return now;
    }
    long time = ticker.nanoTime();
    boolean fresh = time - now.sinceNanos() >= config.window().toNanos();
    int calls = (fresh ? 0 : now.calls()) + 1;
    int failures = (fresh ? 0 : now.failures()) + (outcome == Outcome.FAILURE ? 1 : 0);
    boolean tooMany =
        calls >= config.minCalls() && failures * 100.0 >= config.failurePercent() * calls;
    return tooMany
        ? opened(now)
        : new State(
            Kind.CLOSED, failures, calls, 0, fresh ? time : now.sinceNanos(), now.openings());
  }

  private State afterTrial(State now, Outcome outcome) {
    int trials = Math.max(0, now.trials() - 1);
    return switch (outcome) {
      case FAILURE -> opened(now);
      case NONE -> halfOpen(now, now.calls(), trials);
      case SUCCESS ->
          now.calls() + 1 >= config.successes()
              ? closed(ticker.nanoTime(), now.openings())
              : halfOpen(now, now.calls() + 1, trials);
    };
  }

  private State opened(State before) {
    return new State(Kind.OPEN, 0, 0, 0, ticker.nanoTime(), before.openings() + 1);
  }

  /**
   * Whether it decides by this call now, among those that it has let through half open.
   *
   * @param begun what {@link #onBegin} has said of it
   */
  boolean isTrial(int begun) {
    State now = now();
    return now.kind() == Kind.HALF_OPEN && begun == now.openings();
  }

  /**
   * closed, open or half-open, for people: it is half open as soon as it would let a call through.
   */
  String text() {
    State now = now();
    return switch (now.kind()) {
      case CLOSED -> "closed";
      case OPEN -> isOver(now) ? "half-open" : "open";
      case HALF_OPEN -> "half-open";
    };
  }
}
