package dev.adit.core.token;

import java.security.SecureRandom;
import java.util.Base64;

/** A new bearer token: 256 random bits, in letters that survive shells, URLs and YAML. */
public record Token(String secret) {

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int BYTES = 32;

  /** The start of every token of ours, by which secret scanners can find a leaked one. */
  private static final String PREFIX = "adit_";

  /** A token nobody has seen before. */
  public static Token newToken() {
    byte[] bytes = new byte[BYTES];
    RANDOM.nextBytes(bytes);
    return new Token(PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
  }

  /** What may be written into a file. */
  public TokenHash hash() {
    return TokenHash.of(secret);
  }

  /** Never the secret. */
  @Override
  public String toString() {
    return "Token[" + hash() + "]";
  }
}
