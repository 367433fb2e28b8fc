package dev.adit.server.metrics;

import dev.adit.server.accesslog.CallRecord;
import org.jspecify.annotations.Nullable;

/**
 * Measures one call while it runs: its series are looked up once, when it is routed, and once more
 * only if its method has never been answered before. Confined to the call's loop.
 */
public final class CallMeter {
  // deps
  private final CallMetrics metrics;

  // state, confined to the loop
  private @Nullable CallSeries series;

  /** Whether the series is the call's own, or will never be. */
  private boolean settled;

  CallMeter(CallMetrics metrics) {
    this.metrics = metrics;
  }

  /** The call has a group now; once. */
  public void onRouted(CallRecord record) {
    CallSeries own = metrics.known(record);
    settled = own != null;
    series = own == null ? metrics.series(CallKey.of(record).unnamed()) : own;
    series.onBegin(settled);
    series.onRequestBytes(record.requestBytes());
  }

  /** The answer has begun. */
  public void onAnswered(CallRecord record) {
    if (!settled && !record.isUnknownMethod()) {
      settle(record);
    }
  }

  /** From here on the call counts as what it is: a name that a backend answers is not made up. */
  private void settle(CallRecord record) {
    CallSeries before = series;
    if (before != null) {
      settled = true;
      CallSeries own = metrics.series(CallKey.of(record));
      before.onLeft();
      own.onBegin(true);
      series = own;
    }
  }

  /** Body bytes of the request, as they come; those before it is routed are in the record. */
  public void onRequestBytes(int bytes) {
    if (series != null) {
      series.onRequestBytes(bytes);
    }
  }

  /** Body bytes of the response, as they come. */
  public void onResponseBytes(int bytes) {
    if (series != null) {
      series.onResponseBytes(bytes);
    }
  }

  /** The call is over, and so is its record. */
  public void onEnd(CallRecord record) {
    if (record.isAnswered() && !settled && !record.isUnknownMethod()) {
      settle(record);
    }
    CallSeries last = series;
    if (last == null) {
      last = metrics.series(CallKey.of(record).unnamed());
      last.onRequestBytes(record.requestBytes());
    } else {
      last.onLeft();
      if (!settled) {
        last.onBegunLate();
      }
    }
    last.onEnd(record);
    addStages(last, record);
  }

  private static void addStages(CallSeries last, CallRecord record) {
    long ended = record.endedNanos();
    if (!record.isPlaced()) {
      last.add(CallStage.ENTRY, record.durationNanos());
      return;
    }
    long placed = record.lastPlacedNanos();
    last.add(CallStage.ENTRY, record.placedNanos() - record.begunNanos());
    last.add(CallStage.PLACEMENT, placed - record.placedNanos());
    long answered = record.isAnswered() ? record.answeredNanos() : ended;
    long accepted = record.isAccepted() ? record.acceptedNanos() : answered;
    last.add(CallStage.TUNNEL, accepted - placed);
    if (record.isAccepted() || record.isAnswered()) {
      last.add(CallStage.BACKEND, answered - accepted);
    }
    if (record.isAnswered()) {
      last.add(CallStage.RESPONSE, ended - answered);
    }
  }
}
