package dev.adit.core.http2.flood;

/**
 * Tells a caller that opens streams only to reset them (CVE-2023-44487) from one that cancels a
 * lot: its resets are younger than a backend could answer, and nearly all of what it opens. Each
 * counts for the window in which its stream was opened. Confined to the loop of the connection.
 */
public final class QuickResets {
  /**
   * More of them must be reset. A client that hedges (gRFC A6) makes up to five attempts and resets
   * all but one; windows part some from that one.
   */
  private static final double SHARE = 5.0 / 6;

  private final int limit;
  private long begunNanos;
  private boolean begun;
  private int opened;
  private int quick;
  private int openedBefore;
  private int quickBefore;

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
    if (!begun || nowNanos - begunNanos >= FloodLimits.QUICK_WINDOW.toNanos()) {
      begun = true;
      begunNanos = nowNanos;
      openedBefore = opened;
      quickBefore = quick;
      opened = 0;
      quick = 0;
    }
    opened++;
  }

  /**
   * A stream was reset before any answer, and long before its deadline.
   *
   * @param ageNanos since it was opened
   * @return whether that is an attack
   */
  public boolean onReset(long ageNanos, long nowNanos) {
    if (ageNanos >= FloodLimits.QUICK.toNanos()) {
      return false;
    }
    return nowNanos - ageNanos - begunNanos < 0
        ? isAttack(++quickBefore, openedBefore)
        : isAttack(++quick, opened);
  }

  private boolean isAttack(int resets, int of) {
    return resets > limit && resets > SHARE * of;
  }
}
