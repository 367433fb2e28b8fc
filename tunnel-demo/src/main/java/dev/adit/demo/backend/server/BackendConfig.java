package dev.adit.demo.backend.server;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * What one backend process serves and how.
 *
 * @param name what it calls itself in the response header {@code x-backend}
 * @param heartbeatAfter quiet after which an event stream gets a heartbeat
 * @param updateEvery time an order takes for one step
 * @param token what callers must show as {@code authorization: Bearer}; empty: nothing
 */
public record BackendConfig(
    String name,
    Set<SampleSystem> systems,
    String host,
    int port,
    Duration heartbeatAfter,
    Duration updateEvery,
    Optional<String> token) {

  private static final Duration HEARTBEAT_AFTER = Duration.ofSeconds(30);
  private static final Duration UPDATE_EVERY = Duration.ofSeconds(1);

  public BackendConfig {
    systems = Set.copyOf(systems);
    if (systems.isEmpty()) {
      throw new IllegalArgumentException("a backend serves at least one system");
    }
  }

  /** One system on a free port of the loopback address, with the usual times and no token. */
  public static BackendConfig onLoopback(String name, SampleSystem... systems) {
    return new BackendConfig(
        name, Set.of(systems), "127.0.0.1", 0, HEARTBEAT_AFTER, UPDATE_EVERY, Optional.empty());
  }

  /** The same on a chosen port. */
  public BackendConfig withPort(int newPort) {
    return new BackendConfig(name, systems, host, newPort, heartbeatAfter, updateEvery, token);
  }

  /** The same with other times. */
  public BackendConfig withTimes(Duration newHeartbeatAfter, Duration newUpdateEvery) {
    return new BackendConfig(name, systems, host, port, newHeartbeatAfter, newUpdateEvery, token);
  }

  /** The same for callers that show {@code newToken} only. */
  public BackendConfig withToken(String newToken) {
    return new BackendConfig(
        name, systems, host, port, heartbeatAfter, updateEvery, Optional.of(newToken));
  }
}
