package dev.adit.server.admin.page;

import dev.adit.core.tls.CertificateNames;
import dev.adit.core.tls.PemFiles;
import dev.adit.server.config.TlsConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A certificate the server uses, as its file is now.
 *
 * @param use the key of server.yaml that names the file
 * @param names it is good for; of an authority, its own name
 * @param end when it ends; empty if the file cannot be read
 * @param daysLeft whole days until then, negative afterwards
 * @param problem why the file cannot be read; empty if it can
 */
record CertificateLine(
    String use, String file, List<String> names, String end, long daysLeft, String problem) {

  static void addAll(String use, TlsConfig tls, Clock clock, List<CertificateLine> lines) {
    add(use + ".cert", tls.cert(), true, clock, lines);
    @Nullable Path authorities = tls.clientCa();
    if (authorities != null) {
      add(use + ".clientCa", authorities, false, clock, lines);
    }
  }

  /**
   * @param leaf only the first of the file counts, the others are its issuers
   */
  private static void add(
      String use, Path file, boolean leaf, Clock clock, List<CertificateLine> lines) {
    try {
      List<X509Certificate> found = PemFiles.certificates(file);
      for (X509Certificate certificate : leaf ? found.subList(0, 1) : found) {
        List<String> names = CertificateNames.all(certificate);
        Instant end = certificate.getNotAfter().toInstant();
        lines.add(
            new CertificateLine(
                use,
                file.toString(),
                names.isEmpty() ? List.of(certificate.getSubjectX500Principal().getName()) : names,
                end.toString(),
                Math.floorDiv(Duration.between(clock.instant(), end).toSeconds(), 86_400),
                ""));
      }
    } catch (IOException e) {
      lines.add(
          new CertificateLine(
              use, file.toString(), List.of(), "", 0, String.valueOf(e.getMessage())));
    }
  }
}
