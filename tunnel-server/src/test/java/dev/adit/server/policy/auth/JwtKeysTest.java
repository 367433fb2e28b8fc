package dev.adit.server.policy.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.testing.jwt.TestIssuer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

final class JwtKeysTest {
  private static final TestIssuer EC = TestIssuer.ec("e");

  private static JwtKeys parse(String... jwks) {
    return parseText(TestIssuer.jwks(jwks));
  }

  private static JwtKeys parseText(String text) {
    return JwtKeys.parse(text.getBytes(StandardCharsets.UTF_8));
  }

  private static void assertBroken(String why, String... jwks) {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> parse(jwks), why);
    assertTrue(String.valueOf(e.getMessage()).contains(why), e::toString);
  }

  @Test
  void whatIsNoKeySetIsRefused() {
    for (String text : List.of("", "5", "[]", "{}", "{\"keys\":5}", "{\"keys\":", "\u0000")) {
      IllegalArgumentException e =
          assertThrows(IllegalArgumentException.class, () -> parseText(text), text);
      assertEquals("it is not JSON with a list \"keys\"", e.getMessage());
    }
    assertBroken("it has no key");
  }

  @Test
  void brokenKeySaysWhereItStands() {
    assertBroken("keys[1] is broken", EC.jwk(), EC.jwk().replace("\"x\":\"", "\"x\":\"BBBB"));
    assertBroken("keys[0] is broken", EC.jwk().replace("P-256", "P-999"));
    assertBroken("keys[0] is broken", "{\"kty\":\"RSA\",\"e\":\"AQAB\"}");
    assertBroken("keys[0] is broken", "{\"kid\":\"a\"}");
    assertBroken("keys[0] is broken", "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AAAA\"}");
    assertBroken("keys[1] is not an object", EC.jwk(), "5");
    assertBroken("keys[1] has the kid of a key before it", EC.jwk(), TestIssuer.ec("e").jwk());
  }

  @Test
  void secretsAndWeakKeysAreRefused() {
    assertBroken("symmetric", "{\"kty\":\"oct\",\"k\":\"AAAA\"}");
    assertBroken("private", EC.jwk().replace("{", "{\"d\":\"AAAA\","));
    assertBroken("it has 1024 bits", TestIssuer.rsa("r", 1024).jwk());
  }

  /** RFC 7517 section 5. */
  @Test
  void keysThatAreNotForUsAreLeftOut() {
    JwtKeys keys =
        parse(
            EC.jwk(),
            "{\"kty\":\"quantum\",\"kid\":\"q\"}",
            TestIssuer.ec("enc").jwk().replace("{", "{\"use\":\"enc\","),
            TestIssuer.ec("ops").jwk().replace("{", "{\"key_ops\":[\"sign\"],"),
            TestIssuer.ec("alg").jwk().replace("{", "{\"alg\":\"ECDH-ES\","));
    assertEquals(List.of("e"), keys.keys().stream().map(JwtKey::id).toList());
  }

  @Test
  void setsAreEqualIfTheirFilesAre() {
    assertEquals(parse(EC.jwk()), parse(EC.jwk()));
    assertEquals(parse(EC.jwk()).toString(), parse(EC.jwk()).toString());
    assertNotEquals(parse(EC.jwk()), parse(TestIssuer.ec("e").jwk()));
  }
}
