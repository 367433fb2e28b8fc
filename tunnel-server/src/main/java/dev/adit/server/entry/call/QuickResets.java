package dev.adit.server.entry.call;

import dev.adit.core.http2.flood.EventRate;
import dev.adit.core.http2.flood.FloodLimits;

/**
 * Tells a caller that opens streams only to reset them (CVE-2023-44487) from one that cancels a
 * lot: its resets are younger than a backend could answer, and most of what it opens. Confined to
 * the loop of the connection.
 */
final class QuickResets {
  private final int limit;
  private final EventRate opened = new EventRate(FloodLimits.QUICK_WINDOW);
  private final EventRate quick = new EventRate(FloodLimits.QUICK_WINDOW);
  private int openedNow;

  QuickResets(int limit) {
    this.limit = limit;
  }

  void onOpened(long nowNanos) {
    openedNow = opened.add(nowNanos);
  }

  /**
   * A stream was reset before any answer.
   *
   * @param ageNanos since it was opened
   * @return whether that is an attack
   */
  boolean onReset(long ageNanos, long nowNanos) {
    if (ageNanos >= FloodLimits.QUICK.toNanos()) {
      return false;
    }
    int resets = quick.add(nowNanos);
    return resets > limit && 2L * resets > openedNow;
  }
}
