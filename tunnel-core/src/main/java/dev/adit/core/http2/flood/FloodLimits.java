package dev.adit.core.http2.flood;

import java.time.Duration;

/**
 * How many frames that cost work and carry no call a peer may send on one connection. Honest peers
 * stay far below; who passes one is cut off with GOAWAY(ENHANCE_YOUR_CALM).
 *
 * @param settings SETTINGS within {@link #WINDOW}
 * @param pings PINGs within {@link #WINDOW} beside those that follow DATA or HEADERS of ours, by
 *     which gRPC clients measure the way
 * @param goAways GOAWAYs within {@link #WINDOW}
 * @param unknownFrames frames of types that HTTP/2 does not have, within {@link #WINDOW}
 * @param emptyData DATA frames in a row without a byte that end nothing
 * @param continuations small CONTINUATION frames of one header list, of which the last is too many
 * @param forcedResets streams within {@link #WINDOW} that we have to reset for the peer's faults,
 *     whatever the code
 * @param quickResets streams within {@link #QUICK_WINDOW} that the peer resets younger than {@link
 *     #QUICK} and before any answer, if they are more than five in six of those it has opened
 * @param newStreams streams opened within a second
 */
public record FloodLimits(
    int settings,
    int pings,
    int goAways,
    int unknownFrames,
    int emptyData,
    int continuations,
    int forcedResets,
    int quickResets,
    int newStreams) {
  public static final FloodLimits DEFAULT =
      new FloodLimits(20, 100, 10, 100, 10, 16, 100, 100, 200_000);

  /** Of an agent, whose connection has one stream for as long as it lasts. */
  public static final FloodLimits OF_AGENT =
      new FloodLimits(20, 100, 10, 100, 10, 16, 100, 100, 20);

  public static final Duration WINDOW = Duration.ofSeconds(10);
  public static final Duration QUICK_WINDOW = Duration.ofSeconds(1);
  public static final Duration QUICK = Duration.ofMillis(100);
}
