package dev.adit.server.config;

import dev.adit.core.config.HostPort;
import dev.adit.core.http2.flood.FloodLimits;
import io.netty.util.AsciiString;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The public listener.
 *
 * @param tls empty: clear text HTTP/2; several: chosen by the name the caller asks for (SNI), the
 *     first if none fits
 * @param keepaliveAfter silence with open calls after which a caller is pinged
 * @param keepaliveTimeout how long that ping may take
 * @param greetingTimeout how long a caller may take for its TLS handshake, and for its SETTINGS
 * @param identityHeader lower-case name of the header that tells backends who calls; null: none
 * @param maxConnectionsPerAddress connections at a time from one IP address
 */
public record EntryConfig(
    List<HostPort> listen,
    List<TlsConfig> tls,
    Duration keepaliveAfter,
    Duration keepaliveTimeout,
    Duration greetingTimeout,
    int maxConnections,
    int maxConnectionsPerAddress,
    int maxStreamsPerConnection,
    int maxHeaderBytes,
    ForwardedHeaders forwardedHeaders,
    @Nullable AsciiString identityHeader,
    FloodLimits floods) {

  public EntryConfig {
    listen = List.copyOf(listen);
    tls = List.copyOf(tls);
  }
}
