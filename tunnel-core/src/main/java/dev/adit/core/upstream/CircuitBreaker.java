package dev.adit.core.upstream;

import java.time.Duration;

/**
 * When a backend is given no more calls for a while. Opens on {@code failures} in a row, or, if
 * {@code failurePercent} is above 0, on that share of at least {@code minCalls} within {@code
 * window}.
 *
 * @param open how long it stays open before calls are tried again
 * @param successes calls in a row that close it for good
 */
public record CircuitBreaker(
    int failures,
    double failurePercent,
    int minCalls,
    Duration window,
    Duration open,
    int successes) {

  /** Counts the share of failures within a window rather than failures in a row. */
  public boolean countsShare() {
    return failurePercent > 0;
  }
}
