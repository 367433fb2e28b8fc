package dev.adit.server.calls;

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
    private long count;
    private long lastNanos;
    private FailureRow.Example last;

    Row(long firstNanos, FailureRow.Example last) {
      this.firstNanos = firstNanos;
      this.last = last;
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
    row.count++;
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
                    entry.getValue().count,
                    nowNanos - entry.getValue().firstNanos,
                    nowNanos - entry.getValue().lastNanos,
                    entry.getValue().last))
        .toList();
  }
}
