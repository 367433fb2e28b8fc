package dev.adit.core.flow;

import java.util.function.LongSupplier;

/**
 * The bytes promised to the peer on one tunnel stream in one direction: the sum of the windows of
 * its calls. Past half of the budget, or of the process's, windows shrink towards {@link
 * WindowSizes#FLOOR}; no call is ever refused for it. Confined to the loop of the tunnel stream.
 */
public final class TunnelBudget {
  /** One call's window is at most this part of the budget. */
  private static final int LARGEST_SHARE = 4;

  // deps
  private final WindowSizes sizes;
  private final MemoryBudget memory;
  private final LongSupplier clock;
  private final LongSupplier roundTrip;

  // state, confined to the loop
  private long promised;

  /**
   * @param memory the process's budget, of which this one is a part
   * @param clock nanoseconds, by a clock that never goes back
   * @param roundTrip nanoseconds to the peer and back; -1 while that is not known
   */
  public TunnelBudget(
      WindowSizes sizes, MemoryBudget memory, LongSupplier clock, LongSupplier roundTrip) {
    this.sizes = sizes;
    this.memory = memory;
    this.clock = clock;
    this.roundTrip = roundTrip;
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
    return promised + more > sizes.tunnelBudget() / 2 || memory.isTight(more);
  }

  int floor() {
    return sizes.floor();
  }

  int callWindow() {
    return sizes.call();
  }

  /** What the window of a call on a long fat link may grow to. */
  int largestWindow() {
    return (int) Math.min(Integer.MAX_VALUE / 2, sizes.tunnelBudget() / LARGEST_SHARE);
  }

  long nanoTime() {
    return clock.getAsLong();
  }

  long roundTripNanos() {
    return roundTrip.getAsLong();
  }

  void promise(int bytes) {
    promised += bytes;
    memory.promise(bytes);
  }

  void release(int bytes) {
    promised -= bytes;
    memory.release(bytes);
    assert promised >= 0 : promised;
  }
}
