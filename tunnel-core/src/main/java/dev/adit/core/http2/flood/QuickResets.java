package dev.adit.core.http2.flood;

/**
 * Tells a caller that opens streams only to reset them (CVE-2023-44487) from one that cancels a
 * lot: its resets are younger than a backend could answer, and most of what it opens. Confined to
 * the loop of the connection.
 */
public final class QuickResets {
  private final int limit;
  private final EventRate opened = new EventRate(FloodLimits.QUICK_WINDOW);
  private final EventRate quick = new EventRate(FloodLimits.QUICK_WINDOW);
  private int openedNow;

  /**
   * Of a new connection.
   *
   * @param limit how many there may be within {@link FloodLimits#QUICK_WINDOW}
   */
  public QuickResets(int limit) {
    this.limit = limit;
  }

  /** A stream was opened. */
  public void onOpened(long nowNanos) {
    openedNow = opened.add(nowNanos);
  }

  /**
   * A stream was reset before any answer.
   *
   * @param ageNanos since it was opened
   * @return whether that is an attack
   */
  public boolean onReset(long ageNanos, long nowNanos) {
    if (ageNanos >= FloodLimits.QUICK.toNanos()) {
      return false;
    }
    int resets = quick.add(nowNanos);
    return resets > limit && 2L * resets > openedNow;
  }
}
