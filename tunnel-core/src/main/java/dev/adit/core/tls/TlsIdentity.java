package dev.adit.core.tls;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAKey;
import java.util.List;

/**
 * A certificate chain and the key that belongs to it. Any thread.
 *
 * @param chain our own certificate first
 */
public record TlsIdentity(List<X509Certificate> chain, PrivateKey key) {
  private static final byte[] SAMPLE = new byte[32];

  public TlsIdentity {
    chain = List.copyOf(chain);
  }

  /**
   * Reads an identity.
   *
   * @throws IOException if a file does not hold what it should, or the two do not belong together:
   *     so it is for a moment while both are replaced
   */
  public static TlsIdentity read(Path cert, Path key) throws IOException {
    TlsIdentity identity = new TlsIdentity(PemFiles.certificates(cert), PemFiles.key(key));
    if (!identity.fits()) {
      throw new IOException(key + " is not the key of the first certificate in " + cert);
    }
    return identity;
  }

  /** Our own certificate. */
  public X509Certificate certificate() {
    return chain.get(0);
  }

  X509Certificate[] chainArray() {
    return chain.toArray(X509Certificate[]::new);
  }

  private boolean fits() {
    PublicKey shown = certificate().getPublicKey();
    String algorithm =
        switch (shown.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> shown.getAlgorithm();
        };
    if (shown instanceof RSAKey != key instanceof RSAKey) {
      return false;
    }
    try {
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      signature.update(SAMPLE);
      byte[] signed = signature.sign();
      signature.initVerify(shown);
      signature.update(SAMPLE);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  /** Never the key. */
  @Override
  public String toString() {
    return "TlsIdentity[" + certificate().getSubjectX500Principal() + "]";
  }
}
