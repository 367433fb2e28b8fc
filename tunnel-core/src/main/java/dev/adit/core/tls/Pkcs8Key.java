package dev.adit.core.tls;

import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The form that most private keys have, which Java can read by itself: to load Bouncy Castle takes
 * a fifth of a start. Any thread.
 */
final class Pkcs8Key {
  private static final Pattern FIRST =
      Pattern.compile(
          "\\A\\s*-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");

  /** A key says itself of which kind it is; another kind's factory refuses it. */
  private static final List<String> KINDS = List.of("EC", "RSA", "EdDSA");

  private Pkcs8Key() {}

  /** The key that a file begins with; null if it begins with anything else. */
  static @Nullable PrivateKey read(String text) {
    Matcher matcher = FIRST.matcher(text);
    if (!matcher.find()) {
      return null;
    }
    byte[] bytes;
    try {
      bytes = Base64.getMimeDecoder().decode(matcher.group(1));
    } catch (IllegalArgumentException e) {
      return null;
    }
    for (String kind : KINDS) {
      try {
        return KeyFactory.getInstance(kind).generatePrivate(new PKCS8EncodedKeySpec(bytes));
      } catch (InvalidKeySpecException | NoSuchAlgorithmException e) {
        // The next one, or whoever knows more kinds.
      }
    }
    return null;
  }
}
