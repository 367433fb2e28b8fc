package dev.adit.demo.client;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/** When and how often a stock gRPC client tries a call again (gRFC A6); UNAVAILABLE only. */
public record RetryPolicy(
    int maxAttempts, Duration initialBackoff, Duration maxBackoff, double backoffMultiplier) {

  /** The policy of the engine's callers. */
  public static final RetryPolicy ENGINE =
      new RetryPolicy(5, Duration.ofMillis(100), Duration.ofSeconds(10), 2);

  /** The policy of the spam detector's callers. */
  public static final RetryPolicy DETECT =
      new RetryPolicy(5, Duration.ofMillis(100), Duration.ofSeconds(1), 2);

  /** A gRPC service config with this policy for every method. */
  Map<String, ?> toServiceConfig() {
    Map<String, ?> policy =
        Map.of(
            "maxAttempts", (double) maxAttempts,
            "initialBackoff", seconds(initialBackoff),
            "maxBackoff", seconds(maxBackoff),
            "backoffMultiplier", backoffMultiplier,
            "retryableStatusCodes", List.of("UNAVAILABLE"));
    return Map.of(
        "methodConfig", List.of(Map.of("name", List.of(Map.of()), "retryPolicy", policy)));
  }

  private static String seconds(Duration duration) {
    return duration.toMillis() / 1000.0 + "s";
  }
}
