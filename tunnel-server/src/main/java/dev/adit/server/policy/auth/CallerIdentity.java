package dev.adit.server.policy.auth;

import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;

/**
 * What a verified caller is called, as backends and the access log are told: where the name comes
 * from, a colon, and the name. In the name the characters of a URI (RFC 3986) but comma and percent
 * stay; every other byte of its UTF-8 is percent-encoded, so that it is one header value whatever
 * was signed, and decoding it once gives the name back.
 *
 * @param text such as {@code jwt:alice}
 */
public record CallerIdentity(AsciiString text) {
  /**
   * Longest name in characters; OpenID Connect Core section 2 allows 255 for {@code sub}, and URIs
   * in certificates are longer.
   */
  public static final int MAX_NAME = 1024;

  private static final String KEPT = "-._~!$&'()*+;=:@/?#[]";
  private static final String HEX = "0123456789ABCDEF";

  /** Whether a name can be passed on. */
  public static boolean isName(String name) {
    return !name.isEmpty() && name.length() <= MAX_NAME;
  }

  /** The subject of a JWT. */
  public static CallerIdentity ofJwt(String subject) {
    return of("jwt:", subject);
  }

  /** The name that a rule gives a bearer token. */
  public static CallerIdentity ofToken(String name) {
    return of("token:", name);
  }

  /** A URI among the subject alternative names of a client certificate. */
  public static CallerIdentity ofCertificateUri(String uri) {
    return of("cert:uri:", uri);
  }

  /** A DNS name among the subject alternative names of a client certificate. */
  public static CallerIdentity ofCertificateDns(String name) {
    return of("cert:dns:", name);
  }

  /** The subject of a client certificate, as RFC 2253 writes it. */
  public static CallerIdentity ofCertificateSubject(String subject) {
    return of("cert:subject:", subject);
  }

  private static CallerIdentity of(String from, String name) {
    if (!isName(name)) {
      throw new IllegalArgumentException("a name of 1 to " + MAX_NAME + " characters");
    }
    StringBuilder text = new StringBuilder(from.length() + name.length()).append(from);
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      if (isKept((char) (b & 0xff))) {
        text.append((char) b);
      } else {
        text.append('%').append(HEX.charAt((b >> 4) & 0xf)).append(HEX.charAt(b & 0xf));
      }
    }
    return new CallerIdentity(AsciiString.of(text));
  }

  private static boolean isKept(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || KEPT.indexOf(c) >= 0;
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
