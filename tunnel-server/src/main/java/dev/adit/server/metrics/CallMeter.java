package dev.adit.server.metrics;

import dev.adit.server.accesslog.CallRecord;
import org.jspecify.annotations.Nullable;

/**
 * Measures one call while it runs: its series are looked up once, when it is routed, and once more
 * only if its method has never been answered before. Confined to the call's loop; times are those
 * of its ticker, in nanoseconds.
 */
public final class CallMeter {
  private static final long NEVER = Long.MIN_VALUE;

  // deps
  private final CallMetrics metrics;
  private final long begunNanos;

  // state, confined to the loop
  private @Nullable CallKey key;
  private @Nullable CallSeries series;

  /** Whether the series is the call's own, or will never be. */
  private boolean settled;

  /** Request bytes that came before the call had a group. */
  private int earlyBytes;

  private long firstPlacedNanos = NEVER;
  private long placedNanos = NEVER;
  private long acceptedNanos = NEVER;
  private long answeredNanos = NEVER;

  CallMeter(CallMetrics metrics, long begunNanos) {
    this.metrics = metrics;
    this.begunNanos = begunNanos;
  }

  /** The call has a group now; once. */
  public void onRouted(CallRecord record) {
    CallKey made = CallKey.of(record);
    CallSeries own = metrics.known(made);
    key = made;
    settled = own != null;
    series = own == null ? metrics.series(made.unnamed()) : own;
    series.onBegin(settled);
    series.onRequestBytes(earlyBytes);
  }

  /** The call is given to an agent; comes again if it is given to another. */
  public void onPlaced(long nowNanos) {
    if (firstPlacedNanos == NEVER) {
      firstPlacedNanos = nowNanos;
    }
    placedNanos = nowNanos;
    acceptedNanos = NEVER;
  }

  /** The agent has a backend for the call. */
  public void onAccepted(long nowNanos) {
    acceptedNanos = nowNanos;
  }

  /**
   * The answer has begun.
   *
   * @param methodIsKnown false if the backend says that it has no such method
   */
  public void onAnswered(long nowNanos, boolean methodIsKnown) {
    answeredNanos = nowNanos;
    if (methodIsKnown && !settled) {
      settle();
    }
  }

  /** From here on the call counts as what it is: a name that a backend answers is not made up. */
  private void settle() {
    CallSeries before = series;
    CallKey wanted = key;
    if (before != null && wanted != null) {
      settled = true;
      CallSeries own = metrics.series(wanted);
      before.onLeft();
      own.onBegin(true);
      series = own;
    }
  }

  /** Body bytes of the request, as they come. */
  public void onRequestBytes(int bytes) {
    if (series == null) {
      earlyBytes += bytes;
    } else {
      series.onRequestBytes(bytes);
    }
  }

  /** Body bytes of the response, as they come. */
  public void onResponseBytes(int bytes) {
    if (series != null) {
      series.onResponseBytes(bytes);
    }
  }

  /** The call is over. */
  public void onEnd(CallRecord record) {
    if (answeredNanos != NEVER && !settled && !record.isUnknownMethod()) {
      settle();
    }
    CallSeries last = series;
    if (last == null) {
      last = metrics.series(CallKey.of(record).unnamed());
      last.onRequestBytes(earlyBytes);
    } else {
      last.onLeft();
      if (!settled) {
        last.onBegunLate();
      }
    }
    last.onEnd(record);
    addStages(last, begunNanos + record.durationNanos());
  }

  private void addStages(CallSeries last, long endNanos) {
    if (placedNanos == NEVER) {
      last.add(CallStage.ENTRY, endNanos - begunNanos);
      return;
    }
    last.add(CallStage.ENTRY, firstPlacedNanos - begunNanos);
    last.add(CallStage.PLACEMENT, placedNanos - firstPlacedNanos);
    long answered = answeredNanos == NEVER ? endNanos : answeredNanos;
    long accepted = acceptedNanos == NEVER ? answered : acceptedNanos;
    last.add(CallStage.TUNNEL, accepted - placedNanos);
    if (acceptedNanos != NEVER || answeredNanos != NEVER) {
      last.add(CallStage.BACKEND, answered - accepted);
    }
    if (answeredNanos != NEVER) {
      last.add(CallStage.RESPONSE, endNanos - answered);
    }
  }
}
