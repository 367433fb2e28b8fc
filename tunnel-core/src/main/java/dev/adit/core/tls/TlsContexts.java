package dev.adit.core.tls;

import io.netty.handler.codec.http2.Http2SecurityUtil;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * TLS for HTTP/2: TLS 1.2 or later with the suites of RFC 9113 9.2, HTTP/2 by ALPN; BoringSSL where
 * its library loads, else the JDK's. Any thread.
 */
public final class TlsContexts {
  /**
   * How a key is kept between its file and BoringSSL, inside this process. The default, PKCS #12,
   * would encrypt it with a key that takes a tenth of a second to derive.
   */
  private static final String IN_MEMORY = "JKS";

  /** Without it, all the authorities of the system would be read for peers that are not asked. */
  private static final TrustManager NOBODY = new TrustsNobody();

  private TlsContexts() {}

  /**
   * A context for a listener.
   *
   * @param clientCa who signs the certificates that peers present; null: peers are not asked
   * @param clients whether peers that are asked must present one
   * @throws IOException if the file does not hold what it should
   */
  public static SslContext server(TlsIdentity own, @Nullable Path clientCa, ClientAuth clients)
      throws IOException {
    SslContextBuilder builder = SslContextBuilder.forServer(own.key(), own.chainArray());
    if (clientCa != null) {
      builder.trustManager(authorities(clientCa)).clientAuth(clients);
    } else {
      builder.trustManager(NOBODY);
    }
    return forHttp2(builder).build();
  }

  /**
   * A context for dialling.
   *
   * @param ca who signs the peers' certificates; null: the system's trust
   * @param own null: none to show
   * @throws IOException if the file does not hold what it should
   */
  public static SslContext client(@Nullable Path ca, @Nullable TlsIdentity own) throws IOException {
    SslContextBuilder builder = SslContextBuilder.forClient();
    if (ca != null) {
      builder.trustManager(authorities(ca));
    }
    if (own != null) {
      builder.keyManager(own.key(), own.chainArray());
    }
    return forHttp2(builder).build();
  }

  /** As {@link #client(Path, TlsIdentity)}, with the identity's files; both or none of them. */
  public static SslContext client(@Nullable Path ca, @Nullable Path cert, @Nullable Path key)
      throws IOException {
    return client(ca, cert == null || key == null ? null : TlsIdentity.read(cert, key));
  }

  private static X509Certificate[] authorities(Path file) throws IOException {
    return PemFiles.certificates(file).toArray(X509Certificate[]::new);
  }

  private static SslContextBuilder forHttp2(SslContextBuilder builder) {
    return builder
        .keyStoreType(IN_MEMORY)
        .sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK)
        .protocols("TLSv1.3", "TLSv1.2")
        .ciphers(Http2SecurityUtil.CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
        .applicationProtocolConfig(
            new ApplicationProtocolConfig(
                ApplicationProtocolConfig.Protocol.ALPN,
                ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                ApplicationProtocolNames.HTTP_2));
  }
}
