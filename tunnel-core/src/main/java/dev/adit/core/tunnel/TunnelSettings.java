package dev.adit.core.tunnel;

import dev.adit.core.flow.WindowSizes;
import dev.adit.core.wire.FrameLimits;
import java.time.Duration;

/**
 * What a tunnel stream runs by.
 *
 * @param windows the credit we give
 * @param heartbeat how often we send one
 * @param deadAfter the silence after which the peer counts as dead; more than {@code heartbeat}
 */
public record TunnelSettings(
    FrameLimits frames, WindowSizes windows, Duration heartbeat, Duration deadAfter) {
  public TunnelSettings {
    if (deadAfter.compareTo(heartbeat) <= 0) {
      throw new IllegalArgumentException(
          "deadAfter " + deadAfter + " is not more than heartbeat " + heartbeat);
    }
  }
}
