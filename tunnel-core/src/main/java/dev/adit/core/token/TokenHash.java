package dev.adit.core.token;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/**
 * The SHA-256 of a bearer token. Tokens have 256 random bits, so a plain hash cannot be reversed
 * and needs neither salt nor stretching.
 */
public record TokenHash(String hex) {
  private static final int DIGITS = 64;

  public TokenHash {
    hex = hex.toLowerCase(Locale.ROOT);
    if (!isHash(hex)) {
      throw new IllegalArgumentException("a SHA-256 has 64 hexadecimal digits");
    }
  }

  /**
   * A hash that stands in a file.
   *
   * @throws IllegalArgumentException if it is none, or that of an empty token, which everybody has
   */
  public static TokenHash parse(String hex) {
    TokenHash hash = new TokenHash(hex);
    if (hash.matches("")) {
      throw new IllegalArgumentException("this is the SHA-256 of nothing: the token was empty");
    }
    return hash;
  }

  /** By hand: a hash is made for each call with a token. */
  private static boolean isHash(String hex) {
    boolean sound = hex.length() == DIGITS;
    for (int i = 0; sound && i < DIGITS; i++) {
      char c = hex.charAt(i);
      sound = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    }
    return sound;
  }

  /** The hash of a token as it is sent. */
  public static TokenHash of(String token) {
    return of(token.getBytes(StandardCharsets.UTF_8));
  }

  /** The hash of the bytes of a token. */
  public static TokenHash of(byte[] token) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(token);
      return new TokenHash(HexFormat.of().formatHex(digest));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  /** Whether this is the hash of {@code token}; takes the same time however much of it is right. */
  public boolean matches(String token) {
    return matches(of(token));
  }

  /** Whether both are of one token; takes the same time however much of them is alike. */
  public boolean matches(TokenHash other) {
    return MessageDigest.isEqual(
        hex.getBytes(StandardCharsets.US_ASCII), other.hex.getBytes(StandardCharsets.US_ASCII));
  }

  /** The first digits only: enough to tell two apart in a log. */
  @Override
  public String toString() {
    return hex.substring(0, 8) + "...";
  }
}
