package dev.adit.server.registry;

import dev.adit.core.name.GroupName;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * The groups whose agents will be here in a moment: the server has just started, an identity may
 * serve them, and no agent of theirs has come yet. Any thread.
 */
public final class ExpectedGroups implements Predicate<GroupName> {
  // deps
  private final AgentRegistry registry;
  private final Predicate<GroupName> servable;
  private final LongSupplier clock;
  private final long endNanos;

  /**
   * Begins to expect them.
   *
   * @param servable whether some identity may serve a group
   * @param wait how long from now
   * @param clock nanoseconds that never go back
   */
  public ExpectedGroups(
      AgentRegistry registry, Predicate<GroupName> servable, Duration wait, LongSupplier clock) {
    this.registry = registry;
    this.servable = servable;
    this.clock = clock;
    endNanos = clock.getAsLong() + wait.toNanos();
  }

  @Override
  public boolean test(GroupName group) {
    return clock.getAsLong() - endNanos < 0
        && servable.test(group)
        && !registry.hasEverJoined(group);
  }
}
