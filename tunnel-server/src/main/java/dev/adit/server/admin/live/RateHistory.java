package dev.adit.server.admin.live;

import dev.adit.server.calls.CallNumbers;
import dev.adit.server.calls.Durations;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What each of the last {@value #SECONDS} seconds was like. Confined to one thread. */
final class RateHistory {
  static final int SECONDS = 300;
  private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

  /**
   * One second.
   *
   * @param at its end, in milliseconds of the epoch
   * @param rate calls that ended, a second
   * @param failed those of them that Adit ended
   * @param refused those of them that a backend answered with an error
   * @param p50 half of them took up to this, in microseconds; null if none has ended
   * @param running calls at its end
   */
  record Second(
      long at,
      double rate,
      double failed,
      double refused,
      @Nullable Double p50,
      @Nullable Double p90,
      @Nullable Double p99,
      long running) {}

  private final ArrayDeque<Second> seconds = new ArrayDeque<>();
  private @Nullable CallNumbers before;
  private long beforeNanos;

  /**
   * A second is over.
   *
   * @param epochMillis the time of day
   * @param nanos the same by a clock that never goes back
   */
  void add(CallNumbers now, long running, long epochMillis, long nanos) {
    CallNumbers last = before;
    if (last != null) {
      // A clock that was set back: what comes from now on has those times again.
      while (!seconds.isEmpty() && seconds.getLast().at() >= epochMillis) {
        seconds.removeLast();
      }
      if (seconds.size() >= SECONDS) {
        seconds.remove();
      }
      double length = Math.max(1, nanos - beforeNanos) / NANOS_PER_SECOND;
      Durations durations = now.durations().since(last.durations());
      seconds.add(
          new Second(
              epochMillis,
              (now.ended() - last.ended()) / length,
              (now.failed() - last.failed()) / length,
              (now.refusedByBackend() - last.refusedByBackend()) / length,
              quantile(durations, 0.5),
              quantile(durations, 0.9),
              quantile(durations, 0.99),
              running));
    }
    before = now;
    beforeNanos = nanos;
  }

  private static @Nullable Double quantile(Durations durations, double share) {
    double micros = durations.quantile(share);
    return micros < 0 ? null : micros;
  }

  /** All of them, the oldest first. */
  List<Second> seconds() {
    return List.copyOf(seconds);
  }

  /** The last one; null before there is any. */
  @Nullable Second last() {
    return seconds.peekLast();
  }
}
