package dev.adit.core.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder;
import org.bouncycastle.util.io.pem.PemObject;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TlsIdentityTest {
  @TempDir Path directory;

  private final TlsIdentity made =
      CertificateAuthority.create("test").issue(List.of("a.example"), Duration.ofDays(1));
  private Path cert;
  private Path key;

  @BeforeEach
  void writeFiles() throws IOException {
    cert = directory.resolve("a.crt");
    key = directory.resolve("a.key");
    Files.writeString(cert, CertificateAuthority.pem(made.chain()));
    Files.writeString(key, CertificateAuthority.pem(made.key()));
  }

  private String complaint() {
    return String.valueOf(
        assertThrows(IOException.class, () -> TlsIdentity.read(cert, key)).getMessage());
  }

  private static String pem(Object object) throws IOException {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(object);
    }
    return text.toString();
  }

  @Test
  void whatIsWrittenIsRead() throws IOException {
    TlsIdentity read = TlsIdentity.read(cert, key);
    assertEquals(made.certificate(), read.certificate());
    assertEquals(made.key(), read.key());
    assertEquals(List.of("a.example"), CertificateNames.dns(read.certificate()));
  }

  /** Who reads it answers others as well, and would wait for ever for somebody to write. */
  @Test
  void pipeIsNotWaitedFor() throws Exception {
    Path pipe = directory.resolve("pipe");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    for (Executable read :
        List.<Executable>of(() -> PemFiles.certificates(pipe), () -> PemFiles.key(pipe))) {
      IOException refusal =
          assertTimeoutPreemptively(
              Duration.ofSeconds(20), () -> assertThrows(IOException.class, read));
      assertEquals(pipe + " is no file", refusal.getMessage());
    }
  }

  @Test
  void keysInTheOldFormsAreRead() throws IOException {
    // As openssl writes it: SEC 1, with the public key in it.
    SubjectPublicKeyInfo shown =
        SubjectPublicKeyInfo.getInstance(made.certificate().getPublicKey().getEncoded());
    ECPrivateKey old =
        new ECPrivateKey(
            256,
            ((java.security.interfaces.ECPrivateKey) made.key()).getS(),
            shown.getPublicKeyData(),
            shown.getAlgorithm().getParameters());
    String text = pem(new PemObject("EC PRIVATE KEY", old.getEncoded()));
    assertTrue(text.startsWith("-----BEGIN EC PRIVATE KEY"));
    Files.writeString(key, text);
    assertEquals(made.certificate(), TlsIdentity.read(cert, key).certificate());
  }

  @ParameterizedTest
  @ValueSource(strings = {"EC", "RSA", "Ed25519"})
  void keyOfEachKindIsReadWhateverStandsBeforeIt(String kind) throws Exception {
    PrivateKey own = KeyPairGenerator.getInstance(kind).generateKeyPair().getPrivate();
    String text = CertificateAuthority.pem(own);
    assertTrue(text.startsWith("-----BEGIN PRIVATE KEY"));
    for (String before : List.of("", "\n", "friendlyName: own\n")) {
      Files.writeString(key, before + text);
      assertEquals(own, PemFiles.key(key));
    }
  }

  @Test
  void keyOfAnotherKindDoesNotFit() throws Exception {
    KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
    rsa.initialize(2048);
    Files.writeString(key, pem(rsa.generateKeyPair().getPrivate()));
    assertTrue(complaint().contains("is not the key of"));
  }

  @Test
  void encryptedKeyIsRefusedWithTheCure() throws Exception {
    var encryptor =
        new JceOpenSSLPKCS8EncryptorBuilder(JcaPKCS8Generator.AES_256_CBC)
            .setProvider(new BouncyCastleProvider())
            .setRandom(new SecureRandom())
            .setPassword("secret".toCharArray())
            .build();
    Files.writeString(key, pem(new JcaPKCS8Generator(made.key(), encryptor)));
    assertTrue(complaint().contains("openssl pkey"));
  }

  @Test
  void fileWithoutKeyNamesItselfAndQuotesNothing() throws IOException {
    Files.writeString(key, "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n");
    assertTrue(complaint().startsWith(key.toString()));
    assertFalse(complaint().contains("c2VjcmV0"));
    Files.writeString(key, "-----BEGIN PRIVATE KEY-----\nA=B\n-----END PRIVATE KEY-----\n");
    assertTrue(complaint().contains("holds no private key"));
    Files.writeString(key, "nothing");
    assertTrue(complaint().contains("holds no private key"));
    Files.delete(key);
    assertTrue(complaint().contains("is not there"));
  }

  @Test
  void fileWithoutCertificateNamesItself() throws IOException {
    Files.writeString(cert, "");
    assertTrue(complaint().contains("holds no certificate"));
    Files.writeString(cert, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    assertTrue(complaint().startsWith(cert.toString()));
  }

  @Test
  void keyIsNotShown() {
    assertEquals("TlsIdentity[CN=a.example]", made.toString());
  }

  @Test
  void namesOfEveryKindAreIssued() {
    TlsIdentity identity =
        CertificateAuthority.create("test")
            .issue(List.of("*.B.example", "127.0.0.1", "::1", "spiffe://a/b"), Duration.ofDays(1));
    assertEquals(
        List.of("*.b.example", "127.0.0.1", "0:0:0:0:0:0:0:1", "spiffe://a/b"),
        CertificateNames.all(identity.certificate()));
  }
}
