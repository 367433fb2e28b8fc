package dev.adit.agent.tunnel;

import dev.adit.agent.config.AgentTlsConfig;
import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import javax.net.ssl.SSLException;

/** TLS towards the servers: verified, TLS 1.2 or later. */
public final class TunnelTls {
  private TunnelTls() {}

  /**
   * The context for this configuration.
   *
   * @throws SSLException if a file does not hold what it should
   */
  public static SslContext context(AgentTlsConfig config) throws SSLException {
    SslContextBuilder builder = GrpcSslContexts.forClient().protocols("TLSv1.3", "TLSv1.2");
    if (config.ca() != null) {
      builder.trustManager(config.ca().toFile());
    }
    if (config.cert() != null && config.key() != null) {
      builder.keyManager(config.cert().toFile(), config.key().toFile());
    }
    return builder.build();
  }
}
