package dev.adit.server.entry.caller;

import dev.adit.core.tls.CertificateNames;
import dev.adit.server.policy.auth.CallerIdentity;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** What a caller is called by the certificate that its TLS handshake has verified. */
final class ClientCertificate {
  private ClientCertificate() {}

  /**
   * The first URI among the subject alternative names, else the first DNS name, else the subject;
   * null if the caller showed no certificate or none of these can be passed on.
   */
  static @Nullable CallerIdentity identity(SSLSession session) {
    try {
      Certificate[] chain = session.getPeerCertificates();
      return chain.length > 0 && chain[0] instanceof X509Certificate certificate
          ? identity(certificate)
          : null;
    } catch (SSLPeerUnverifiedException e) {
      return null;
    }
  }

  static @Nullable CallerIdentity identity(X509Certificate certificate) {
    for (String uri : CertificateNames.uris(certificate)) {
      if (CallerIdentity.isName(uri)) {
        return CallerIdentity.ofCertificateUri(uri);
      }
    }
    for (String name : CertificateNames.dns(certificate)) {
      if (CallerIdentity.isName(name)) {
        return CallerIdentity.ofCertificateDns(name);
      }
    }
    String subject = certificate.getSubjectX500Principal().getName();
    return CallerIdentity.isName(subject) ? CallerIdentity.ofCertificateSubject(subject) : null;
  }
}
