package dev.adit.server.entry;

import dev.adit.server.config.TlsConfig;
import io.netty.channel.ChannelHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http2.Http2SecurityUtil;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SniHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.util.DomainWildcardMappingBuilder;
import io.netty.util.Mapping;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.SSLException;

/**
 * TLS for callers: HTTP/2 by ALPN, TLS 1.2 or later with the suites of RFC 9113 9.2; BoringSSL
 * where its library loads, else the JDK's. Of several identities the one whose certificate names
 * what the caller asks for (SNI) is shown, else the first. Any thread.
 */
public final class EntryTls {
  private static final int DNS_NAME = 2;

  private final SslContext first;
  private final Mapping<String, SslContext> byName;

  /**
   * Reads certificates and keys.
   *
   * @param configs at least one
   * @throws IOException if a file does not hold what it should
   */
  public EntryTls(List<TlsConfig> configs) throws IOException {
    long asking = configs.stream().filter(config -> config.clientCa() != null).count();
    if (asking > 0 && asking < configs.size()) {
      // Which identity is shown is the caller's choice (SNI), and the host it then calls is not
      // tied to it.
      throw new IOException(
          "entry.tls: either every identity has a clientCa or none has: a caller could choose one that asks for no certificate");
    }
    first = context(configs.get(0));
    DomainWildcardMappingBuilder<SslContext> names = new DomainWildcardMappingBuilder<>(first);
    for (TlsConfig config : configs.subList(1, configs.size())) {
      SslContext context = context(config);
      namesOf(config).forEach(name -> names.add(name, context));
    }
    byName = names.build();
  }

  ChannelHandler newHandler(SocketChannel channel, boolean several) {
    return several ? new SniHandler(byName) : first.newHandler(channel.alloc());
  }

  private static SslContext context(TlsConfig config) throws SSLException {
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

  /** The DNS names of the first certificate in the file. */
  private static List<String> namesOf(TlsConfig config) throws IOException {
    try (InputStream in = Files.newInputStream(config.cert())) {
      X509Certificate certificate =
          (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
      Collection<List<?>> names = certificate.getSubjectAlternativeNames();
      return names == null
          ? List.of()
          : names.stream()
              .filter(name -> name.get(0).equals(DNS_NAME))
              .map(name -> String.valueOf(name.get(1)))
              .toList();
    } catch (CertificateException e) {
      throw new IOException(config.cert() + " holds no certificate: " + e.getMessage(), e);
    }
  }
}
