package dev.adit.core.tls;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** The subject alternative names of a certificate (RFC 5280 4.2.1.6). Any thread. */
public final class CertificateNames {
  private static final int EMAIL = 1;
  private static final int DNS = 2;
  private static final int URI = 6;
  private static final int IP = 7;

  private CertificateNames() {}

  /** Its DNS names, in lower case. */
  public static List<String> dns(X509Certificate certificate) {
    return of(certificate, List.of(DNS));
  }

  /** Its URIs. */
  public static List<String> uris(X509Certificate certificate) {
    return of(certificate, List.of(URI));
  }

  /** What a peer may be known by: DNS names in lower case, URIs, e-mail and IP addresses. */
  public static List<String> all(X509Certificate certificate) {
    return of(certificate, List.of(DNS, URI, EMAIL, IP));
  }

  private static List<String> of(X509Certificate certificate, List<Integer> kinds) {
    Collection<List<?>> entries;
    try {
      entries = certificate.getSubjectAlternativeNames();
    } catch (CertificateParsingException e) {
      return List.of();
    }
    if (entries == null) {
      return List.of();
    }
    List<String> names = new ArrayList<>();
    for (List<?> entry : entries) {
      if (kinds.contains(entry.get(0))) {
        String name = String.valueOf(entry.get(1));
        names.add(entry.get(0).equals(DNS) ? name.toLowerCase(Locale.ROOT) : name);
      }
    }
    return names;
  }
}
