package dev.adit.server.config;

import dev.adit.core.config.HostPort;
import dev.adit.core.http2.flood.ConnectionLimits;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The listener that agents dial.
 *
 * @param tls null only if {@code insecure}
 * @param insecure clear text, asked for in so many words
 * @param deadAfter silence after which an agent's tunnel is given up
 * @param initialWindowBytes credit a call starts with, each direction
 * @param callWindowBytes credit a call may grow to
 * @param tunnelBudgetBytes credit promised to all calls of a tunnel together
 * @param renewAfter age at which a tunnel is replaced by a new one
 * @param awaitAgents how long after the start calls wait for the first agent of their group, and
 *     for room on those that are there
 */
public record TunnelConfig(
    List<HostPort> listen,
    @Nullable TlsConfig tls,
    boolean insecure,
    ConnectionLimits connections,
    Duration heartbeat,
    Duration deadAfter,
    int maxCallsPerAgent,
    int initialWindowBytes,
    int callWindowBytes,
    long tunnelBudgetBytes,
    Duration renewAfter,
    Duration awaitAgents) {

  public TunnelConfig {
    listen = List.copyOf(listen);
  }
}
