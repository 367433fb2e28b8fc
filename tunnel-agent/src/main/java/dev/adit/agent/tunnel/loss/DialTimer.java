package dev.adit.agent.tunnel.loss;

import io.grpc.Status;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The next dial that is to come after a pause: never more than one, however many tunnels and dials
 * end meanwhile. A pause of our own choice leaves one alone that is to come already, for several
 * ends at once are one reason to dial; one that was asked for is never shortened by another.
 * Confined to the dialer's loop.
 */
public final class DialTimer {
  private static final long SUPERSEDED_MILLIS = 60_000;
  private static final long NO_ADDRESS_MILLIS = 5000;

  // deps
  private final EventExecutor loop;
  private final Runnable dial;
  private final Redial redial;

  // state, confined to the loop
  private @Nullable Future<?> pending;
  private long dueNanos;

  /** Nothing is to come yet. */
  public DialTimer(EventExecutor loop, Runnable dial) {
    this.loop = loop;
    this.dial = dial;
    redial = new Redial(loop.ticker());
  }

  /** Whether a dial is to come; until then nobody else dials. */
  public boolean isPending() {
    return pending != null;
  }

  /** Until the dial that is to come; 0 if there is none. */
  public long leftMillis() {
    return pending == null ? 0 : Math.max(0, TimeUnit.NANOSECONDS.toMillis(leftNanos()));
  }

  private long leftNanos() {
    return dueNanos - loop.ticker().nanoTime();
  }

  /** A tunnel has ended after it was up for so long; what the pause is follows. */
  public void onDown(Duration up) {
    redial.onEnded(up);
  }

  /**
   * A tunnel, or a dial, has ended like this.
   *
   * @param retryAfterMillis what the server asks for; 0: nothing
   */
  public void onEnded(Status status, long retryAfterMillis) {
    if (retryAfterMillis > 0) {
      startNotBefore(redial.askedDelayMillis(retryAfterMillis));
    } else if (Redial.isRefusal(status)) {
      onRefused();
    } else {
      onLost();
    }
  }

  /** There is a tunnel less, or still none. */
  public void onLost() {
    if (pending == null) {
      start(redial.nextDelayMillis());
    }
  }

  /** Only a person can mend it. */
  public void onRefused() {
    startNotBefore(redial.refusedDelayMillis());
  }

  /**
   * The server goes away.
   *
   * @param reconnectAfterMillis what it asks for
   */
  public void onGoingAway(long reconnectAfterMillis) {
    onLost();
    startNotBefore(redial.askedDelayMillis(reconnectAfterMillis));
  }

  /** Another process has taken our place. */
  public void onSuperseded() {
    startNotBefore(SUPERSEDED_MILLIS);
  }

  /**
   * The name has no address now.
   *
   * @return the pause, in milliseconds
   */
  public long onNoAddress() {
    if (pending == null) {
      start(NO_ADDRESS_MILLIS);
    }
    return leftMillis();
  }

  private void startNotBefore(long delayMillis) {
    if (pending == null || leftNanos() < TimeUnit.MILLISECONDS.toNanos(delayMillis)) {
      cancel();
      start(delayMillis + redial.spreadMillis());
    }
  }

  private void start(long delayMillis) {
    dueNanos = loop.ticker().nanoTime() + TimeUnit.MILLISECONDS.toNanos(delayMillis);
    pending = loop.schedule(this::fire, delayMillis, TimeUnit.MILLISECONDS);
  }

  private void fire() {
    pending = null;
    dial.run();
  }

  /** No dial is to come. */
  public void cancel() {
    Future<?> was = pending;
    pending = null;
    if (was != null) {
      was.cancel(false);
    }
  }
}
