package dev.adit.server.calls;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Failed calls by what they have in common, as far as they are recent. Bounded: past {@value
 * #MAX_ROWS} rows only reason and status are told apart. Confined to one event loop.
 */
final class FailureTable {
  static final int MAX_ROWS = 500;
  private static final long KEPT_NANOS = TimeUnit.MINUTES.toNanos(10);

  private static final class Row {
    private final long firstNanos;
    private final RecentCount count;
    private long lastNanos;
    private FailureRow.Example last;

    Row(long firstNanos, FailureRow.Example last) {
      this.firstNanos = firstNanos;
      this.last = last;
      count = new RecentCount(KEPT_NANOS, firstNanos);
    }
  }

  // state, confined to the loop
  private final Map<FailureKey, Row> rows = new HashMap<>();

  /** A call has failed. */
  void add(FailureKey key, FailureRow.Example failed, long nowNanos) {
    Row row = rows.get(key);
    if (row == null) {
      if (rows.size() >= MAX_ROWS) {
        forgetOld(nowNanos);
      }
      FailureKey kept = rows.size() < MAX_ROWS ? key : key.anywhere();
      row = rows.computeIfAbsent(kept, absent -> new Row(nowNanos, failed));
    }
    row.count.add(nowNanos);
    row.lastNanos = nowNanos;
    row.last = failed;
  }

  private void forgetOld(long nowNanos) {
    rows.values().removeIf(row -> nowNanos - row.lastNanos > KEPT_NANOS);
  }

  /** The rows of now. */
  List<FailureRow> rows(long nowNanos) {
    forgetOld(nowNanos);
    return rows.entrySet().stream()
        .map(
            entry ->
                new FailureRow(
                    entry.getKey(),
                    entry.getValue().count.at(nowNanos),
                    nowNanos - entry.getValue().firstNanos,
                    nowNanos - entry.getValue().lastNanos,
                    entry.getValue().last))
        .toList();
  }

  /**
   * How often something has happened within a span of time that ends now. Exact for all of the
   * span, and up to a {@value #STEPS}th of it more. Confined to one event loop.
   */
  static final class RecentCount {
    private static final int STEPS = 20;

    // deps
    private final long stepNanos;
    private final long beginNanos;

    // state, confined to the loop: a ring of steps, of which that of now is one
    private final long[] counts = new long[STEPS + 1];
    private long step;

    /**
     * Nothing has happened.
     *
     * @param spanNanos at least {@value #STEPS}
     */
    RecentCount(long spanNanos, long nowNanos) {
      stepNanos = spanNanos / STEPS;
      beginNanos = nowNanos;
    }

    /** It happens now. */
    void add(long nowNanos) {
      turn(nowNanos);
      counts[slot(step)]++;
    }

    /** Times until now. */
    long at(long nowNanos) {
      turn(nowNanos);
      return Arrays.stream(counts).sum();
    }

    /** Empties the steps that have become too old. */
    private void turn(long nowNanos) {
      long now = (nowNanos - beginNanos) / stepNanos;
      for (long next = Math.max(step + 1, now - STEPS); next <= now; next++) {
        counts[slot(next)] = 0;
      }
      step = Math.max(step, now);
    }

    private static int slot(long step) {
      return (int) (step % (STEPS + 1));
    }
  }
}
