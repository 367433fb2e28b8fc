package dev.adit.core.tls;

import dev.adit.core.process.ContentWatch;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.jspecify.annotations.Nullable;

/** Reads PEM files (RFC 7468); what is wrong with one names it, and the cure. Any thread. */
public final class PemFiles {
  /** All that a system trusts has a fifth of a MiB. */
  private static final int MOST_BYTES = 16 << 20;

  private PemFiles() {}

  /**
   * The certificates in a file, in their order.
   *
   * @return at least one
   * @throws IOException if it cannot be read or holds none
   */
  public static List<X509Certificate> certificates(Path file) throws IOException {
    try {
      List<X509Certificate> certificates =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(bytes(file)))
              .stream()
              .map(X509Certificate.class::cast)
              .toList();
      if (certificates.isEmpty()) {
        throw new IOException(file + " holds no certificate; expected PEM, BEGIN CERTIFICATE");
      }
      return certificates;
    } catch (CertificateException e) {
      throw new IOException(
          file + " holds no certificate that can be read; expected PEM, BEGIN CERTIFICATE", e);
    }
  }

  /**
   * The private key in a file: PKCS #8, PKCS #1 or SEC 1.
   *
   * @throws IOException if it cannot be read, holds none, or holds an encrypted one
   */
  public static PrivateKey key(Path file) throws IOException {
    String text = text(file);
    @Nullable Object found = Pkcs8Key.read(text);
    if (found == null) {
      found = firstKey(file, text);
    }
    if (found instanceof PrivateKey key) {
      return key;
    }
    throw new IOException(
        found == null
            ? file + " holds no private key; expected PEM, BEGIN PRIVATE KEY"
            : file
                + " is encrypted, and nobody can be asked for its pass phrase; decrypt it:"
                + " openssl pkey -in FILE -out NEW");
  }

  /** The key, or the encrypted one as the parser has it, or null. */
  private static @Nullable Object firstKey(Path file, String text) throws IOException {
    JcaPEMKeyConverter converter = new JcaPEMKeyConverter();
    try (PEMParser parser = new PEMParser(new StringReader(text))) {
      for (Object found = parser.readObject(); found != null; found = parser.readObject()) {
        if (found instanceof PEMKeyPair pair) {
          return converter.getPrivateKey(pair.getPrivateKeyInfo());
        }
        if (found instanceof PrivateKeyInfo info) {
          return converter.getPrivateKey(info);
        }
        if (found instanceof PEMEncryptedKeyPair || found instanceof PKCS8EncryptedPrivateKeyInfo) {
          return found;
        }
      }
      return null;
    } catch (IOException | RuntimeException e) {
      // Without the cause: the parser's own words could quote the file.
      throw new IOException(file + " holds no private key that can be read; expected PEM");
    }
  }

  private static String text(Path file) throws IOException {
    return new String(bytes(file), StandardCharsets.US_ASCII);
  }

  /** Files are followed and shown by threads that have more to do: a pipe would stop them. */
  private static byte[] bytes(Path file) throws IOException {
    ContentWatch.checkFile(file);
    try (InputStream in = Files.newInputStream(file)) {
      byte[] all = in.readNBytes(MOST_BYTES + 1);
      if (all.length > MOST_BYTES) {
        throw new IOException(file + " is larger than " + (MOST_BYTES >> 20) + " MiB");
      }
      return all;
    } catch (NoSuchFileException e) {
      throw new IOException(file + " is not there", e);
    } catch (AccessDeniedException e) {
      throw new IOException(file + " may not be read by this user", e);
    }
  }
}
