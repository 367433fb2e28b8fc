package dev.adit.agent.doctor.steps;

import dev.adit.core.tls.CertificateNames;
import dev.adit.core.tls.PemFiles;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Why a peer's certificate is refused: fetched by a handshake that believes anything and sends
 * nothing, and judged by its dates, its issuer and its names.
 *
 * @param peer the server or the backend, in words
 * @param ca who should have signed it; null: the system's trust
 * @param host the name it should have
 * @param keys where {@code ca} and {@code serverName} stand, such as {@code tls}
 */
public record CertificateCheck(String peer, @Nullable Path ca, String host, String keys) {

  /**
   * Finds out what is wrong.
   *
   * @param failure what the real handshake said
   */
  Trouble diagnose(Reach reach, StepException failure) {
    try {
      X509Certificate[] chain = chain(reach);
      return judge(chain, failure);
    } catch (IOException | GeneralSecurityException e) {
      return new Trouble(
          "TLS fails: " + failure.text(),
          "look into the log of " + peer + ", and check " + keys + " of agent.yaml");
    }
  }

  /** Whether the peer speaks TLS, with whatever certificate. */
  boolean speaksTls(Reach reach) {
    try {
      return chain(reach).length > 0;
    } catch (IOException e) {
      return false;
    }
  }

  /** Makes the same connection once more. */
  public interface Reach {
    SteppedDial connect() throws StepException;
  }

  private X509Certificate[] chain(Reach reach)
      throws StepException, SSLPeerUnverifiedException, IOException {
    SslContext believing =
        SslContextBuilder.forClient()
            .trustManager(InsecureTrustManagerFactory.INSTANCE)
            .endpointIdentificationAlgorithm(null)
            .build();
    try (SteppedDial dial = reach.connect()) {
      Certificate[] shown = dial.tls(believing, host, 1, false).getPeerCertificates();
      return Arrays.copyOf(shown, shown.length, X509Certificate[].class);
    }
  }

  private Trouble judge(X509Certificate[] chain, StepException failure)
      throws GeneralSecurityException, IOException {
    X509Certificate own = chain[0];
    Instant now = Instant.now();
    if (own.getNotAfter().toInstant().isBefore(now)) {
      return new Trouble(
          "the certificate of " + peer + " has expired at " + own.getNotAfter().toInstant(),
          "put a new certificate in place at "
              + peer
              + " (tunnel-server init DIR --renew, if init made it)");
    }
    if (own.getNotBefore().toInstant().isAfter(now)) {
      return new Trouble(
          "the certificate of "
              + peer
              + " is good only from "
              + own.getNotBefore().toInstant()
              + ", and it is "
              + now.truncatedTo(ChronoUnit.SECONDS)
              + " here",
          "set this host's clock");
    }
    if (!isTrusted(chain)) {
      return new Trouble(
          "the certificate of "
              + peer
              + " is signed by '"
              + issuer(chain)
              + "', which "
              + (ca == null ? "the system does not trust" : ca + " does not hold"),
          "name the file with that authority's certificate as " + keys + ".ca in agent.yaml");
    }
    List<String> names = CertificateNames.all(own);
    if (names.stream().noneMatch(this::fits)) {
      return new Trouble(
          "the certificate of "
              + peer
              + " is for "
              + String.join(", ", names)
              + ", not for "
              + host,
          "set " + keys + ".serverName in agent.yaml to one of these, or dial by such a name");
    }
    return new Trouble(
        "TLS fails: " + failure.text(),
        "look into the log of " + peer + "; the certificate that it shows is good");
  }

  private static String issuer(X509Certificate[] chain) {
    return chain[chain.length - 1].getIssuerX500Principal().getName().replaceAll("[^ -~]", "?");
  }

  private boolean isTrusted(X509Certificate[] chain) throws GeneralSecurityException, IOException {
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    @Nullable KeyStore authorities = null;
    if (ca != null) {
      authorities = KeyStore.getInstance(KeyStore.getDefaultType());
      authorities.load(null, null);
      int number = 0;
      for (X509Certificate authority : PemFiles.certificates(ca)) {
        authorities.setCertificateEntry("ca-" + number++, authority);
      }
    }
    trust.init(authorities);
    for (TrustManager manager : trust.getTrustManagers()) {
      if (manager instanceof X509TrustManager judge) {
        try {
          judge.checkServerTrusted(chain, "UNKNOWN");
          return true;
        } catch (CertificateException e) {
          return false;
        }
      }
    }
    return false;
  }

  private boolean fits(String name) {
    byte @Nullable [] address = NetUtil.createByteArrayFromIpAddressString(host);
    if (address != null) {
      return Arrays.equals(address, NetUtil.createByteArrayFromIpAddressString(name));
    }
    String wanted = host.toLowerCase(Locale.ROOT);
    return name.startsWith("*.")
        ? wanted.indexOf('.') > 0 && wanted.substring(wanted.indexOf('.')).equals(name.substring(1))
        : wanted.equals(name);
  }
}
