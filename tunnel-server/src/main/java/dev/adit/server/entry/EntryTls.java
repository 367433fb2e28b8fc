package dev.adit.server.entry;

import dev.adit.server.config.TlsConfig;
import io.netty.handler.codec.http2.Http2SecurityUtil;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import javax.net.ssl.SSLException;

/**
 * TLS for callers: HTTP/2 by ALPN, TLS 1.2 or later with the suites of RFC 9113 9.2; BoringSSL
 * where its library loads, else the JDK's.
 */
public final class EntryTls {
  private EntryTls() {}

  /**
   * The context for one identity.
   *
   * @throws SSLException if a file does not hold what it should
   */
  public static SslContext context(TlsConfig config) throws SSLException {
    SslContextBuilder builder =
        SslContextBuilder.forServer(config.cert().toFile(), config.key().toFile())
            .sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK)
            .protocols("TLSv1.3", "TLSv1.2")
            .ciphers(Http2SecurityUtil.CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
            .applicationProtocolConfig(
                new ApplicationProtocolConfig(
                    ApplicationProtocolConfig.Protocol.ALPN,
                    ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                    ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                    ApplicationProtocolNames.HTTP_2));
    if (config.clientCa() != null) {
      builder.trustManager(config.clientCa().toFile()).clientAuth(ClientAuth.REQUIRE);
    }
    return builder.build();
  }
}
