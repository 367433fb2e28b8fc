package dev.adit.server.registry;

import dev.adit.core.name.GroupName;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * The groups whose agents will be here in a moment: the server has just started, an identity may
 * serve them, and no agent of theirs has come yet; or it did not run for so long that all agents
 * have given it up. Any thread.
 */
public final class ExpectedGroups implements Predicate<GroupName> {
  private static final long OVER = Long.MIN_VALUE;

  // deps
  private final AgentRegistry registry;
  private final Predicate<GroupName> servable;
  private final LongSupplier clock;
  private final long waitNanos;
  private final long pauseNanos;

  // shared: when none is expected any more; OVER spares each call a look at the clock
  private final AtomicLong endNanos;

  // shared: when the process was last seen to run
  private volatile long seenNanos;

  // shared: it did not run for a while, so that agents have been here says nothing
  private volatile boolean again;

  /**
   * Begins to expect them.
   *
   * @param servable whether some identity may serve a group
   * @param wait how long from now
   * @param pause between two of {@link #onRunning}, after which no tunnel is left
   * @param clock nanoseconds that never go back
   */
  public ExpectedGroups(
      AgentRegistry registry,
      Predicate<GroupName> servable,
      Duration wait,
      Duration pause,
      LongSupplier clock) {
    this.registry = registry;
    this.servable = servable;
    this.clock = clock;
    waitNanos = wait.toNanos();
    pauseNanos = pause.toNanos();
    seenNanos = clock.getAsLong();
    endNanos = new AtomicLong(seenNanos + waitNanos);
  }

  /** The process runs; to be called again and again. */
  public void onRunning() {
    long now = clock.getAsLong();
    if (now - seenNanos > pauseNanos) {
      again = true;
      endNanos.set(now + waitNanos);
    }
    seenNanos = now;
  }

  /** Whether agents may still be on their way, be others of their group here or not. */
  public boolean isOpen() {
    long end = endNanos.get();
    if (end == OVER) {
      return false;
    }
    boolean open = clock.getAsLong() - end < 0;
    if (!open) {
      endNanos.compareAndSet(end, OVER);
    }
    return open;
  }

  @Override
  public boolean test(GroupName group) {
    // A call may be read before anything else is, once the process runs again.
    onRunning();
    return isOpen() && servable.test(group) && (again || !registry.hasEverJoined(group));
  }
}
