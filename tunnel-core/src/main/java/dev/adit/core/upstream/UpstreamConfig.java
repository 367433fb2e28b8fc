package dev.adit.core.upstream;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A named set of backends.
 *
 * @param tls absent: clear text HTTP/2
 * @param health absent: a backend is well if it can be connected to
 * @param circuitBreaker absent: none
 * @param slowStart time after its recovery in which a backend gets a growing part of its share
 * @param minConnections kept open to each backend, per event loop
 * @param maxConnections opened to each backend at most, per event loop
 */
public record UpstreamConfig(
    UpstreamName name,
    List<BackendConfig> backends,
    UpstreamBalance balance,
    @Nullable UpstreamTls tls,
    @Nullable HealthCheck health,
    @Nullable CircuitBreaker circuitBreaker,
    Duration slowStart,
    int minConnections,
    int maxConnections) {

  /** Slow start where nothing else is said. */
  public static final Duration SLOW_START = Duration.ofSeconds(10);

  /** Connections to each backend, per event loop, where nothing else is said. */
  static final int MIN_CONNECTIONS = 1;

  static final int MAX_CONNECTIONS = 4;

  public UpstreamConfig {
    backends = List.copyOf(backends);
  }

  /** An upstream of which nothing is said but where it is. */
  public static UpstreamConfig of(UpstreamName name, List<BackendConfig> backends) {
    return new UpstreamConfig(
        name,
        backends,
        UpstreamBalance.LEAST_CALLS,
        null,
        null,
        null,
        SLOW_START,
        MIN_CONNECTIONS,
        MAX_CONNECTIONS);
  }
}
