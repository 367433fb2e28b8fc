package dev.adit.core.flow;

/**
 * How much credit a side gives.
 *
 * @param initial bytes a call starts with, 1 or more
 * @param call bytes a call's window may grow to, at least {@code initial}
 * @param tunnelBudget bytes that may be promised on one tunnel stream in one direction
 */
public record WindowSizes(int initial, int call, long tunnelBudget) {
  /** What a new call starts with, and windows fall back to, once half of the budget is promised. */
  public static final int FLOOR = 16 * 1024;

  public static final WindowSizes DEFAULT = new WindowSizes(64 * 1024, 256 * 1024, 64L << 20);

  public WindowSizes {
    if (initial < 1 || call < initial || tunnelBudget < call) {
      throw new IllegalArgumentException(
          "windows must satisfy 1 <= initial ("
              + initial
              + ") <= call ("
              + call
              + ") <= tunnel budget ("
              + tunnelBudget
              + ")");
    }
  }

  /** The window a call has when there is little room. */
  public int floor() {
    return Math.min(initial, FLOOR);
  }
}
