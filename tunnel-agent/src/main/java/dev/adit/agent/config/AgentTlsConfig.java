package dev.adit.agent.config;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * TLS towards the servers.
 *
 * @param ca who signs the servers' certificates; null: the system's trust
 * @param cert our own certificate, when it is what proves who we are
 * @param serverName the name to ask for and to verify; null: the address's host
 */
public record AgentTlsConfig(
    @Nullable Path ca, @Nullable Path cert, @Nullable Path key, @Nullable String serverName) {

  /** The system's trust and no certificate of our own. */
  public static final AgentTlsConfig DEFAULT = new AgentTlsConfig(null, null, null, null);

  /** The files it names. */
  public List<Path> files() {
    return Stream.of(ca, cert, key).flatMap(Stream::ofNullable).toList();
  }
}
