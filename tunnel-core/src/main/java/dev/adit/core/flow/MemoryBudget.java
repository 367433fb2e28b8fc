package dev.adit.core.flow;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory of the whole process for calls: what all tunnels together have promised to take, and
 * whether so little is left that new calls are refused. Any thread.
 */
public final class MemoryBudget {
  // shared
  private final long limit;
  private final AtomicLong promised = new AtomicLong();
  private volatile boolean exhausted;

  /**
   * @param limit bytes that buffers of the process may take
   */
  public MemoryBudget(long limit) {
    this.limit = limit;
  }

  /** One that never runs out. */
  public static MemoryBudget unlimited() {
    return new MemoryBudget(Long.MAX_VALUE);
  }

  /** Bytes that the peers of all tunnels may send now or have sent and that have not left. */
  public long promised() {
    return promised.get();
  }

  /** Whether half of the limit is promised. */
  public boolean isTight() {
    return isTight(0);
  }

  /** Whether promising {@code more} bytes would pass half of the limit. */
  boolean isTight(long more) {
    return promised.get() + more > limit / 2;
  }

  void promise(long bytes) {
    promised.addAndGet(bytes);
  }

  void release(long bytes) {
    promised.addAndGet(-bytes);
  }

  /** Whether new calls are to be refused: too little memory is left for those that run. */
  public boolean isExhausted() {
    return exhausted;
  }

  /** The verdict of whoever watches the memory in use. */
  public void exhausted(boolean now) {
    exhausted = now;
  }
}
