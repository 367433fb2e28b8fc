package dev.adit.server.policy.auth;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.adit.testing.fuzz.Execution;
import dev.adit.testing.fuzz.FuzzInput;
import dev.adit.testing.jwt.TestIssuer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Any bytes are a key set of public keys that signatures can be checked with, or are refused. */
final class JwtKeysFuzzTest {
  private static final int ANYWAY_BYTES = 16 << 20;
  private static final int MAX_RAW = 600;
  private static final int MAX_KEYS = 4;
  private static final int MAX_MEMBERS = 8;

  private static final List<String> NAMES =
      List.of(
          "kty", "kid", "use", "alg", "key_ops", "crv", "x", "y", "n", "e", "d", "k", "p", "x5c",
          "x5t", "exp", "oth");
  private static final List<String> VALUES =
      List.of(
          "\"RSA\"",
          "\"EC\"",
          "\"OKP\"",
          "\"oct\"",
          "\"sig\"",
          "\"enc\"",
          "\"P-256\"",
          "\"P-521\"",
          "\"secp256k1\"",
          "\"Ed25519\"",
          "\"Ed448\"",
          "\"ES256\"",
          "\"HS256\"",
          "\"RS256\"",
          "\"AQAB\"",
          "\"\"",
          "[\"verify\"]",
          "[\"sign\"]",
          "[]",
          "{}",
          "null",
          "7",
          "-1e99");
  private static final List<String> WHOLE =
      List.of(
          TestIssuer.rsa("r").jwk(),
          TestIssuer.ec("e").jwk(),
          TestIssuer.ed25519("d").jwk(),
          TestIssuer.ec("x").jwkWithoutId());

  /** The first byte says what the rest is: a file, or the members of its keys. */
  @FuzzTest
  void set(byte[] bytes) {
    Execution.of(
        bytes,
        ANYWAY_BYTES,
        content -> {
          FuzzInput input = new FuzzInput(content);
          read(input.flag() ? keys(input).getBytes(StandardCharsets.UTF_8) : input.rest());
        });
  }

  private static String keys(FuzzInput input) {
    StringBuilder json = new StringBuilder("{\"keys\":[");
    int keys = input.below(MAX_KEYS);
    for (int i = 0; i <= keys; i++) {
      json.append(i == 0 ? "" : ",").append(key(input));
    }
    return json.append("]}").toString();
  }

  /** A sound key, with members beside its own, or one of members alone; of two the later counts. */
  private static String key(FuzzInput input) {
    int whole = input.below(WHOLE.size() + 2);
    StringBuilder json =
        new StringBuilder(
            whole < WHOLE.size()
                ? WHOLE.get(whole).substring(0, WHOLE.get(whole).length() - 1)
                : "{\"z\":0");
    int members = input.below(MAX_MEMBERS);
    for (int i = 0; i < members; i++) {
      json.append(",\"").append(NAMES.get(input.below(NAMES.size()))).append("\":");
      int value = input.below(VALUES.size() + 1);
      json.append(
          value < VALUES.size()
              ? VALUES.get(value)
              : "\"" + TestIssuer.base64(input.bytes(input.below(MAX_RAW))) + "\"");
    }
    return json.append('}').toString();
  }

  private static void read(byte[] json) {
    JwtKeys keys;
    try {
      keys = JwtKeys.parse(json);
    } catch (IllegalArgumentException e) {
      assertTrue(e.getMessage() != null && !e.getMessage().isBlank());
      return;
    }
    assertTrue(!keys.keys().isEmpty());
    Set<String> ids = new HashSet<>();
    for (JwtKey key : keys.keys()) {
      assertTrue(key.id() == null || ids.add(key.id()), "a kid twice");
      assertTrue(!key.algorithms().isEmpty());
      for (String algorithm : key.algorithms()) {
        assertTrue(algorithm.matches("(RS|PS|ES)(256|384|512)|EdDSA|Ed25519"), algorithm);
      }
    }
  }
}
