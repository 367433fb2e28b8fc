package dev.adit.testing.tls;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * A self-signed certificate and its key, made by the JDK's keytool.
 *
 * @param file the certificate as PEM
 * @param key its private key as PEM
 */
public record TestCertificate(X509Certificate certificate, Path file, Path key) {
  private static final char[] PASSWORD = "for-this-test".toCharArray();

  /**
   * Makes one.
   *
   * @param directory where its files go
   * @param subject such as {@code CN=a,O=b}
   * @param names subject alternative names as keytool writes them, such as {@code dns:a.example};
   *     empty: none
   */
  public static TestCertificate make(Path directory, String name, String subject, String names)
      throws IOException, InterruptedException, GeneralSecurityException {
    return make(directory, name, subject, names, "+0d");
  }

  /**
   * Makes one that is valid later.
   *
   * @param start from when on, as keytool writes it, such as {@code +2d}
   */
  public static TestCertificate make(
      Path directory, String name, String subject, String names, String start)
      throws IOException, InterruptedException, GeneralSecurityException {
    Path store = directory.resolve(name + ".p12");
    run(directory, store, subject, names, start);
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD);
    }
    X509Certificate certificate = (X509Certificate) keys.getCertificate("it");
    Path file = directory.resolve(name + ".crt");
    Path key = directory.resolve(name + ".key");
    Files.writeString(file, pem("CERTIFICATE", certificate.getEncoded()));
    Files.writeString(key, pem("PRIVATE KEY", keys.getKey("it", PASSWORD).getEncoded()));
    return new TestCertificate(certificate, file, key);
  }

  private static void run(Path directory, Path store, String subject, String names, String start)
      throws IOException, InterruptedException {
    String keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    List<String> words =
        new ArrayList<>(
            List.of(keytool, "-genkeypair", "-alias", "it", "-keyalg", "EC", "-groupname"));
    words.addAll(List.of("secp256r1", "-validity", "2", "-dname", subject, "-storetype", "PKCS12"));
    words.addAll(List.of("-startdate", start));
    words.addAll(List.of("-keystore", store.toString(), "-storepass", new String(PASSWORD)));
    if (!names.isEmpty()) {
      words.addAll(List.of("-ext", "san=" + names));
    }
    Process process =
        new ProcessBuilder(words)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("keytool.log").toFile())
            .start();
    if (process.waitFor() != 0) {
      throw new IOException(Files.readString(directory.resolve("keytool.log")));
    }
  }

  private static String pem(String what, byte[] der) {
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN " + what + "-----\n" + text + "\n-----END " + what + "-----\n";
  }
}
