package dev.adit.core.tls;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * An authority of one's own, which issues certificates (RFC 5280) with P-256 keys. Blocks for some
 * milliseconds a certificate; any thread.
 */
public final class CertificateAuthority {
  /** How long an authority is good for. */
  public static final Duration LIFETIME = Duration.ofDays(3650);

  /** Clocks of peers may be behind ours. */
  private static final Duration BACKDATED = Duration.ofHours(1);

  private static final int SERIAL_BITS = 127;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final TlsIdentity identity;

  private CertificateAuthority(TlsIdentity identity) {
    this.identity = identity;
  }

  /**
   * A new authority.
   *
   * @param name its common name
   */
  public static CertificateAuthority create(String name) {
    KeyPair keys = newKeys();
    X500Principal subject = new X500Principal("CN=" + name);
    X509v3CertificateBuilder builder = builder(subject, subject, keys, LIFETIME);
    try {
      builder
          .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
          .addExtension(
              Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
      X509Certificate certificate = signed(builder, keys.getPrivate());
      return new CertificateAuthority(new TlsIdentity(List.of(certificate), keys.getPrivate()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The authority in these files.
   *
   * @throws IOException if they do not hold one
   */
  public static CertificateAuthority read(Path cert, Path key) throws IOException {
    return new CertificateAuthority(TlsIdentity.read(cert, key));
  }

  /** Its own certificate and key. */
  public TlsIdentity identity() {
    return identity;
  }

  /**
   * Issues a certificate for servers and clients.
   *
   * @param names at least one: host names, {@code *.} at their start allowed, IP addresses, or URIs
   */
  public TlsIdentity issue(List<String> names, Duration lifetime) {
    KeyPair keys = newKeys();
    X509Certificate authority = identity.certificate();
    // The common name counts for nobody any more; it is for people, and 64 characters at most.
    String shown = names.get(0).replaceAll("[^A-Za-z0-9.:*-]", "-");
    X500Principal subject =
        new X500Principal("CN=" + shown.substring(0, Math.min(64, shown.length())));
    X509v3CertificateBuilder builder =
        builder(authority.getSubjectX500Principal(), subject, keys, lifetime);
    try {
      builder
          .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
          .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
          .addExtension(
              Extension.extendedKeyUsage,
              false,
              new ExtendedKeyUsage(
                  new KeyPurposeId[] {
                    KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
                  }))
          .addExtension(
              Extension.authorityKeyIdentifier,
              false,
              new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(authority))
          .addExtension(
              Extension.subjectAlternativeName,
              false,
              new GeneralNames(
                  names.stream().map(CertificateAuthority::name).toArray(GeneralName[]::new)));
      return new TlsIdentity(List.of(signed(builder, identity.key())), keys.getPrivate());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every Java platform has SHA-1", e);
    }
  }

  private static GeneralName name(String text) {
    if (text.contains("://")) {
      return new GeneralName(GeneralName.uniformResourceIdentifier, text);
    }
    boolean address = text.contains(":") || text.matches("[0-9]+(\\.[0-9]+){3}");
    return new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, text);
  }

  private static X509v3CertificateBuilder builder(
      X500Principal issuer, X500Principal subject, KeyPair keys, Duration lifetime) {
    Instant now = Instant.now();
    return new JcaX509v3CertificateBuilder(
        issuer,
        new BigInteger(SERIAL_BITS, RANDOM),
        Date.from(now.minus(BACKDATED)),
        Date.from(now.plus(lifetime)),
        subject,
        keys.getPublic());
  }

  private static X509Certificate signed(X509v3CertificateBuilder builder, PrivateKey key)
      throws IOException {
    try {
      return new JcaX509CertificateConverter()
          .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key)));
    } catch (OperatorCreationException | GeneralSecurityException e) {
      throw new IOException("the authority's key cannot sign: it is no P-256 key", e);
    }
  }

  private static KeyPair newKeys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), RANDOM);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every Java platform has P-256", e);
    }
  }

  /** The certificates as PEM. */
  public static String pem(List<X509Certificate> certificates) {
    return written(certificates);
  }

  /** The key as PEM, PKCS #8: a secret. */
  public static String pem(PrivateKey key) {
    try {
      return written(List.of(new JcaPKCS8Generator(key, null)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String written(List<?> objects) {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      for (Object object : objects) {
        writer.writeObject(object);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }
}
