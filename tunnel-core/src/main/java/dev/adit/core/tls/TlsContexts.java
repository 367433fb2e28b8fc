package dev.adit.core.tls;

import io.netty.handler.codec.http2.Http2SecurityUtil;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslCertificateException;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
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
      builder.trustManager(new Callers(trusting(authorities(clientCa)))).clientAuth(clients);
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

  private static X509ExtendedTrustManager trusting(X509Certificate[] authorities)
      throws IOException {
    try {
      KeyStore store = KeyStore.getInstance(IN_MEMORY);
      store.load(null, null);
      for (int i = 0; i < authorities.length; i++) {
        store.setCertificateEntry(Integer.toString(i), authorities[i]);
      }
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      for (TrustManager each : factory.getTrustManagers()) {
        if (each instanceof X509ExtendedTrustManager manager) {
          return manager;
        }
      }
      throw new IOException("the Java here has no trust manager for X.509");
    } catch (GeneralSecurityException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /**
   * Judges as another does, and names BoringSSL the alert {@code unknown_ca} for certificates of
   * nobody it trusts: it would tell the peer of an internal error of ours.
   */
  private static final class Callers extends X509ExtendedTrustManager {
    /** X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY of OpenSSL's x509_vfy.h. */
    private static final int ISSUER_NOT_FOUND = 20;

    private final X509ExtendedTrustManager judge;

    Callers(X509ExtendedTrustManager judge) {
      this.judge = judge;
    }

    private interface Check {
      void run() throws CertificateException;
    }

    private static void run(Check check) throws CertificateException {
      try {
        check.run();
      } catch (CertificateException e) {
        throw isOutOfDate(e)
            ? e
            : new OpenSslCertificateException(e.getMessage(), e, ISSUER_NOT_FOUND);
      }
    }

    /** These have an alert of their own. */
    private static boolean isOutOfDate(Throwable refusal) {
      for (Throwable each = refusal; each != null; each = each.getCause()) {
        if (each instanceof CertificateExpiredException
            || each instanceof CertificateNotYetValidException) {
          return true;
        }
      }
      return false;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      run(() -> judge.checkClientTrusted(chain, type, engine));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      run(() -> judge.checkClientTrusted(chain, type, socket));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      run(() -> judge.checkClientTrusted(chain, type));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      judge.checkServerTrusted(chain, type, engine);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      judge.checkServerTrusted(chain, type, socket);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      judge.checkServerTrusted(chain, type);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return judge.getAcceptedIssuers();
    }
  }
}
