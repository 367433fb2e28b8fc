package dev.adit.server.admin.live;

import dev.adit.core.call.CallFailure;
import dev.adit.core.name.AgentId;
import dev.adit.core.name.GroupName;
import dev.adit.server.calls.FailureKey;
import dev.adit.server.calls.FailureRow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Recent failures by reason, with what to do about each. */
final class FailureGroups {
  /** Rows of one reason. */
  static final int MAX_ROWS = 20;

  private FailureGroups() {}

  /**
   * Failures of one reason.
   *
   * @param reason the token; empty: a backend's own status
   * @param advice what to do about it
   * @param rows where they happened, the latest first; at most {@value #MAX_ROWS}
   * @param more rows that are left out
   */
  record Group(
      String reason,
      String status,
      String advice,
      long count,
      long lastMillis,
      List<Row> rows,
      int more) {}

  /**
   * Failures of one reason in one place, and the last of them.
   *
   * @param message what its caller was told
   */
  record Row(
      String rule,
      String group,
      String agent,
      long count,
      long sinceMillis,
      long lastMillis,
      String requestId,
      String host,
      String path,
      String upstream,
      String backend,
      String message,
      long durationMicros) {

    static Row of(FailureRow row) {
      @Nullable GroupName group = row.key().group();
      @Nullable AgentId agent = row.key().agent();
      FailureRow.Example last = row.last();
      return new Row(
          row.key().rule().toString(),
          group == null ? "" : group.value(),
          agent == null ? "" : agent.value(),
          row.count(),
          TimeUnit.NANOSECONDS.toMillis(row.sinceNanos()),
          TimeUnit.NANOSECONDS.toMillis(row.lastNanos()),
          ForeignText.cut(last.requestId()),
          ForeignText.cut(last.host()),
          ForeignText.cut(last.path()),
          ForeignText.cut(last.upstream()),
          ForeignText.cut(last.backend()),
          ForeignText.cut(last.message()),
          TimeUnit.NANOSECONDS.toMicros(last.durationNanos()));
    }
  }

  /** The groups of rows that may come from several loops, those that were last added to first. */
  static List<Group> of(List<FailureRow> rows) {
    Map<FailureKey, FailureRow> merged = new LinkedHashMap<>();
    rows.forEach(row -> merged.merge(row.key(), row, FailureGroups::merge));
    Map<String, List<FailureRow>> byReason = new LinkedHashMap<>();
    for (FailureRow row : merged.values()) {
      byReason
          .computeIfAbsent(reason(row) + " " + row.key().status(), absent -> new ArrayList<>())
          .add(row);
    }
    return byReason.values().stream()
        .map(FailureGroups::group)
        .sorted(Comparator.comparingLong(Group::lastMillis))
        .toList();
  }

  private static FailureRow merge(FailureRow a, FailureRow b) {
    FailureRow newer = a.lastNanos() <= b.lastNanos() ? a : b;
    return new FailureRow(
        a.key(),
        a.count() + b.count(),
        Math.max(a.sinceNanos(), b.sinceNanos()),
        newer.lastNanos(),
        newer.last());
  }

  private static String reason(FailureRow row) {
    @Nullable CallFailure failure = row.key().failure();
    return failure == null ? "" : failure.token().toString();
  }

  private static Group group(List<FailureRow> rows) {
    rows.sort(Comparator.comparingLong(FailureRow::lastNanos));
    FailureRow latest = rows.get(0);
    @Nullable CallFailure failure = latest.key().failure();
    return new Group(
        reason(latest),
        latest.key().status(),
        failure == null ? Advice.OF_BACKEND : Advice.of(failure),
        rows.stream().mapToLong(FailureRow::count).sum(),
        TimeUnit.NANOSECONDS.toMillis(latest.lastNanos()),
        rows.stream().limit(MAX_ROWS).map(Row::of).toList(),
        Math.max(0, rows.size() - MAX_ROWS));
  }
}
