package dev.adit.core.metrics;

import io.netty.util.AsciiString;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Counters of calls that are alike but for how they ended: a status, and a reason of Adit's own
 * where it ended them. Any thread.
 */
public final class EndCounters {
  /** What is rarely asked for has a key of its own. */
  private record End(String status, AsciiString reason) {}

  // deps
  private final BiFunction<String, String, CounterDataPoint> newCounter;

  // shared: at most one a status and reason
  private final Map<String, CounterDataPoint> answered = new ConcurrentHashMap<>();
  private final Map<End, CounterDataPoint> ended = new ConcurrentHashMap<>();

  /**
   * Nothing has ended yet.
   *
   * @param newCounter makes the counter of a status and a reason, which may be empty
   */
  public EndCounters(BiFunction<String, String, CounterDataPoint> newCounter) {
    this.newCounter = newCounter;
  }

  /**
   * Counts a call.
   *
   * @param reason why Adit ended it; null: it did not
   */
  public void count(String status, @Nullable AsciiString reason) {
    of(status, reason).inc();
  }

  private CounterDataPoint of(String status, @Nullable AsciiString reason) {
    if (reason != null) {
      return ended.computeIfAbsent(
          new End(status, reason), end -> newCounter.apply(status, reason.toString()));
    }
    CounterDataPoint known = answered.get(status);
    return known != null ? known : answered.computeIfAbsent(status, of -> newCounter.apply(of, ""));
  }

  /** All statuses and reasons that there are counters of. */
  public void forEach(BiConsumer<String, String> each) {
    answered.keySet().forEach(status -> each.accept(status, ""));
    ended.keySet().forEach(end -> each.accept(end.status(), end.reason().toString()));
  }
}
