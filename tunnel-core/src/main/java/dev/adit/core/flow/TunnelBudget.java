package dev.adit.core.flow;

/**
 * The bytes promised to the peer on one tunnel stream in one direction: the sum of the windows of
 * its calls. Past half of the budget windows shrink towards {@link WindowSizes#FLOOR}; no call is
 * ever refused for it. Confined to the loop of the tunnel stream.
 */
public final class TunnelBudget {
  private final WindowSizes sizes;

  private long promised;

  public TunnelBudget(WindowSizes sizes) {
    this.sizes = sizes;
  }

  /** Bytes promised now. */
  public long promised() {
    return promised;
  }

  /** The window a new call starts with. */
  public int initialWindow() {
    return isTight(0) ? sizes.floor() : sizes.initial();
  }

  /** Whether promising {@code more} bytes would pass half of the budget. */
  boolean isTight(long more) {
    return promised + more > sizes.tunnelBudget() / 2;
  }

  int floor() {
    return sizes.floor();
  }

  int callWindow() {
    return sizes.call();
  }

  void promise(int bytes) {
    promised += bytes;
  }

  void release(int bytes) {
    promised -= bytes;
    assert promised >= 0 : promised;
  }
}
