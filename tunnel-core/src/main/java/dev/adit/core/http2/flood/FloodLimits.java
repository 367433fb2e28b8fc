package dev.adit.core.http2.flood;

import java.time.Duration;

/**
 * How many frames that cost work and carry no call a peer may send on one connection. Honest
 * clients stay far below; who passes one is cut off with GOAWAY(ENHANCE_YOUR_CALM).
 *
 * @param settings SETTINGS within {@link #WINDOW}
 * @param pings PINGs within {@link #WINDOW}
 * @param unknownFrames frames of types that HTTP/2 does not have, within {@link #WINDOW}
 * @param forcedResets streams within {@link #WINDOW} that we have to reset for the peer's faults,
 *     whatever the code
 * @param quickResets streams within {@link #QUICK_WINDOW} that the peer resets younger than {@link
 *     #QUICK} and before any answer, if they are more than half of those it has opened
 */
public record FloodLimits(
    int settings, int pings, int unknownFrames, int forcedResets, int quickResets) {
  public static final FloodLimits DEFAULT = new FloodLimits(20, 100, 100, 100, 100);

  public static final Duration WINDOW = Duration.ofSeconds(10);
  public static final Duration QUICK_WINDOW = Duration.ofSeconds(1);
  public static final Duration QUICK = Duration.ofMillis(100);
}
