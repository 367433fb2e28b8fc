package dev.adit.server.config;

import dev.adit.core.config.HostPort;
import dev.adit.core.http2.flood.ConnectionLimits;
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
 * @param idleTimeout time without a call after which a caller is told to go
 * @param identityHeader lower-case name of the header that tells backends who calls; null: none
 */
public record EntryConfig(
    List<HostPort> listen,
    List<TlsConfig> tls,
    Duration keepaliveAfter,
    Duration keepaliveTimeout,
    Duration idleTimeout,
    ConnectionLimits connections,
    int maxStreamsPerConnection,
    int maxHeaderBytes,
    ForwardedHeaders forwardedHeaders,
    @Nullable AsciiString identityHeader) {

  public EntryConfig {
    listen = List.copyOf(listen);
    tls = List.copyOf(tls);
  }
}
