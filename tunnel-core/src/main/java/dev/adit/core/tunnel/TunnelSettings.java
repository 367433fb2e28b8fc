package dev.adit.core.tunnel;

import dev.adit.core.flow.CreditStalls;
import dev.adit.core.flow.MemoryBudget;
import dev.adit.core.flow.WindowSizes;
import dev.adit.core.wire.FrameLimits;
import java.time.Duration;

/**
 * What a tunnel stream runs by.
 *
 * @param windows the credit we give
 * @param memory the process's budget, shared by all its tunnels
 * @param heartbeat how often we send one; positive
 * @param deadAfter the silence after which the peer counts as dead; more than {@code heartbeat}
 * @param stalls where calls that wait for the peer's credit are counted
 */
public record TunnelSettings(
    FrameLimits frames,
    WindowSizes windows,
    MemoryBudget memory,
    Duration heartbeat,
    Duration deadAfter,
    CreditStalls stalls) {
  public TunnelSettings {
    if (heartbeat.isNegative() || heartbeat.isZero()) {
      throw new IllegalArgumentException("heartbeat " + heartbeat + " is not positive");
    }
    if (deadAfter.compareTo(heartbeat) <= 0) {
      throw new IllegalArgumentException(
          "deadAfter " + deadAfter + " is not more than heartbeat " + heartbeat);
    }
  }

  /** Settings of a tunnel whose calls that wait for credit nobody counts. */
  public TunnelSettings(
      FrameLimits frames,
      WindowSizes windows,
      MemoryBudget memory,
      Duration heartbeat,
      Duration deadAfter) {
    this(frames, windows, memory, heartbeat, deadAfter, new CreditStalls());
  }
}
