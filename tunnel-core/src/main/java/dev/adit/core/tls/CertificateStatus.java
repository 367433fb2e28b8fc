package dev.adit.core.tls;

import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A certificate that a process shows to its peers, as operators look at it.
 *
 * @param use the part of the configuration that names it: {@code entry.tls}
 * @param names what peers may know it by; the subject where it has no such names
 * @param begins since when it is valid, as an Instant writes it
 * @param ends when it stops being valid
 */
public record CertificateStatus(
    String use, String file, List<String> names, String begins, String ends) {
  /** From when on an end that is near is worth a warning. */
  private static final Duration NEAR = Duration.ofDays(14);

  public CertificateStatus {
    names = List.copyOf(names);
  }

  /** Warnings of several, each once. */
  public static List<String> warnings(List<CertificateStatus> certificates, Instant now) {
    return certificates.stream().flatMap(each -> each.warning(now).stream()).distinct().toList();
  }

  /** The certificate in a file; nothing if it cannot be read, which following the file tells. */
  public static Stream<CertificateStatus> read(String use, Path file) {
    List<X509Certificate> chain;
    try {
      chain = PemFiles.certificates(file);
    } catch (IOException e) {
      return Stream.empty();
    }
    X509Certificate own = chain.get(0);
    List<String> names = new ArrayList<>(CertificateNames.all(own));
    if (names.isEmpty()) {
      names.add(own.getSubjectX500Principal().toString());
    }
    return Stream.of(
        new CertificateStatus(
            use,
            file.toString(),
            names,
            own.getNotBefore().toInstant().toString(),
            own.getNotAfter().toInstant().toString()));
  }

  /** What to do about it, if it is not valid yet or its end is near or past. */
  public Optional<String> warning(Instant now) {
    if (now.isBefore(Instant.parse(begins))) {
      return Optional.of(
          file
              + " is not valid before "
              + begins
              + ", and peers refuse it until then: put another in its place, or set this host's"
              + " clock");
    }
    Instant end = Instant.parse(ends);
    if (now.plus(NEAR).isBefore(end)) {
      return Optional.empty();
    }
    return Optional.of(
        file
            + (now.isAfter(end) ? " has expired at " : " expires at ")
            + end
            + ": put a new one in its place, it is read while the process runs");
  }
}
