package dev.adit.core.tunnel.liveness;

import dev.adit.core.wire.Heartbeat;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Ticker;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Whether the peer of one tunnel stream lives: a heartbeat each interval, both ways, and a verdict
 * after too much silence. Measures the round trip on the way. Confined to the loop but for {@link
 * #rttNanos}.
 */
public final class Liveness {
  /**
   * Heartbeats whose echo is still of use: it comes after the next have left where the round trip
   * is long.
   */
  private static final int REMEMBERED = 8;

  /** Beats after which a silent peer is quiet: the second one is missing then. */
  private static final int QUIET_BEATS = 2;

  /** Round trips among which the shortest is what the way itself takes, without queues. */
  private static final int TRIPS = 8;

  /**
   * Questions that are answered at once between two beats, the rest with the next one: a peer that
   * asks without end, and reads none of it, must not fill our memory with answers.
   */
  private static final int MAX_ANSWERS = 10;

  /** Whose life depends on it. Called on the loop. */
  public interface Pulse {
    /** Sends a heartbeat to the peer. */
    void send(Heartbeat heartbeat);

    /** The peer has become quiet, or is heard again. */
    void onQuiet(boolean quiet);

    /** The peer was silent for too long. */
    void onDead();
  }

  // deps
  private final Pulse pulse;
  private final EventLoop loop;
  private final Ticker ticker;
  private final long intervalNanos;
  private final long deadAfterNanos;

  // state, confined to the loop
  private @Nullable ScheduledFuture<?> timer;
  private long lastHeardNanos;

  /** The silence has been too long, if not before a message. */
  private boolean lapsed;

  private int answers;
  private long lastToken;
  private final long[] sentNanos = new long[REMEMBERED];
  private final long[] trips = new long[TRIPS];
  private int tripCount;
  private long shortestNanos = -1;
  private long peerToken;
  private long peerTokenNanos;
  private @Nullable Challenge challenge;

  /** A question that waits for its echo. */
  private record Challenge(long token, Consumer<Boolean> verdict, ScheduledFuture<?> timer) {}

  // shared: written by the loop, read by whoever shows it
  private volatile long rttNanos = -1;

  // shared: written by the loop, read by whoever chooses a tunnel
  private volatile boolean quiet;

  /**
   * A judge that has not begun.
   *
   * @param interval between heartbeats
   * @param deadAfter silence after which the peer is dead
   */
  public Liveness(EventLoop loop, Duration interval, Duration deadAfter, Pulse pulse) {
    this.pulse = pulse;
    this.loop = loop;
    ticker = loop.ticker();
    intervalNanos = interval.toNanos();
    deadAfterNanos = deadAfter.toNanos();
  }

  /** Heartbeats begin, and silence counts. */
  public void start() {
    lastHeardNanos = ticker.nanoTime();
    timer =
        loop.scheduleAtFixedRate(this::beat, intervalNanos, intervalNanos, TimeUnit.NANOSECONDS);
  }

  /** Nothing counts any more. */
  public void stop() {
    if (timer != null) {
      timer.cancel(false);
    }
    if (challenge != null) {
      challenge.timer().cancel(false);
      challenge = null;
    }
  }

  /**
   * Asks whether the peer is there. One question at a time: another one meanwhile is not asked.
   *
   * @param verdict told whether the peer has answered in time; not if the stream ends before
   */
  public void challenge(Duration within, Consumer<Boolean> verdict) {
    if (challenge != null) {
      return;
    }
    send(ticker.nanoTime(), true);
    challenge =
        new Challenge(
            lastToken,
            verdict,
            loop.schedule(() -> decide(false), within.toNanos(), TimeUnit.NANOSECONDS));
  }

  private void decide(boolean alive) {
    Challenge asked = challenge;
    if (asked != null) {
      challenge = null;
      asked.timer().cancel(false);
      asked.verdict().accept(alive);
    }
  }

  /** Bytes have come: a message takes longer than silence may where the link is slow. */
  public void onBytes() {
    if (timer != null) {
      lapsed |= !hearInTime();
    }
  }

  private boolean hearInTime() {
    long now = ticker.nanoTime();
    boolean inTime = now - lastHeardNanos <= deadAfterNanos;
    lastHeardNanos = now;
    if (inTime && !lapsed) {
      quiet(false);
    }
    return inTime;
  }

  /**
   * A message has come. Checked before it is looked at: a process that did not run for too long
   * must not act on what piled up meanwhile (docs/protocol.md 4). Silence counts from the start:
   * the greeting has a time of its own.
   *
   * @return false if the silence before it was too long
   */
  public boolean heard() {
    if (timer == null) {
      return true;
    }
    return hearInTime() && !lapsed;
  }

  private void quiet(boolean now) {
    if (quiet != now) {
      quiet = now;
      pulse.onQuiet(now);
    }
  }

  /**
   * Whether the peer has missed a heartbeat and said nothing else: not dead yet, but better not
   * chosen. Any thread.
   */
  public boolean isQuiet() {
    return quiet;
  }

  private void beat() {
    long now = ticker.nanoTime();
    if (lapsed || now - lastHeardNanos > deadAfterNanos) {
      pulse.onDead();
      return;
    }
    if (now - lastHeardNanos > QUIET_BEATS * intervalNanos) {
      quiet(true);
    }
    answers = 0;
    send(now, false);
  }

  private void send(long now, boolean atOnce) {
    lastToken++;
    sentNanos[(int) (lastToken % REMEMBERED)] = now;
    long held = peerToken == 0 ? 0 : TimeUnit.NANOSECONDS.toMicros(now - peerTokenNanos);
    pulse.send(new Heartbeat(lastToken, peerToken, held, atOnce));
  }

  /** The peer beats. */
  public void onHeartbeat(Heartbeat heartbeat) {
    long now = ticker.nanoTime();
    peerToken = heartbeat.token();
    peerTokenNanos = now;
    long echo = heartbeat.echo();
    if (echo > 0 && echo <= lastToken && lastToken - echo < REMEMBERED) {
      long sent = sentNanos[(int) (echo % REMEMBERED)];
      long trip = now - sent - TimeUnit.MICROSECONDS.toNanos(heartbeat.echoDelayMicros());
      measured(Math.max(0, trip));
    }
    if (heartbeat.atOnce() && answers < MAX_ANSWERS) {
      answers++;
      send(now, false);
    }
    if (challenge != null && echo >= challenge.token() && echo <= lastToken) {
      decide(true);
    }
  }

  private void measured(long trip) {
    rttNanos = trip;
    trips[tripCount++ % TRIPS] = trip;
    shortestNanos = trip;
    for (int i = 0; i < Math.min(tripCount, TRIPS); i++) {
      shortestNanos = Math.min(shortestNanos, trips[i]);
    }
  }

  /** The shortest of the last round trips, in nanoseconds; -1 before the first. On the loop. */
  public long shortestRttNanos() {
    return shortestNanos;
  }

  /** The last round trip measured, in nanoseconds; -1 before the first. Any thread. */
  public long rttNanos() {
    return rttNanos;
  }
}
