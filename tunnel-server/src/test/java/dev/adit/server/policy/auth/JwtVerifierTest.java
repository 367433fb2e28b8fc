package dev.adit.server.policy.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.token.TokenHash;
import dev.adit.server.policy.auth.JwtException.Cause;
import dev.adit.testing.jwt.TestIssuer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class JwtVerifierTest {
  private static final long NOW = 1_800_000_000;
  private static final String CLAIMS = claims("");
  private static final TestIssuer RSA = TestIssuer.rsa("r");
  private static final TestIssuer EC = TestIssuer.ec("e");
  private static final TestIssuer ED = TestIssuer.ed25519("d");
  private static final String BASE64 =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

  private final JwtVerifier verifier = verifier("https://issuer", "shop", "cart");
  private int checks;

  private static JwtVerifier verifier(@Nullable String issuer, String... audiences) {
    String set = TestIssuer.jwks(RSA.jwk(), EC.jwk(), ED.jwk());
    return new JwtVerifier(new JwtPolicy(keys(set), issuer, List.of(audiences)));
  }

  private static JwtKeys keys(String json) {
    return JwtKeys.parse(json.getBytes(StandardCharsets.UTF_8));
  }

  /** Good ones, with more at the end; of two equal names the later counts. */
  private static String claims(String more) {
    return claims("alice", "https://issuer", "\"shop\"", NOW + 600, more);
  }

  private static String claims(
      String subject, String issuer, String audience, long expiry, String more) {
    return "{\"sub\":\"%s\",\"iss\":\"%s\",\"aud\":%s,\"exp\":%d%s}"
        .formatted(subject, issuer, audience, expiry, more);
  }

  private @Nullable String verify(String token) throws JwtException {
    return verifyAt(token, NOW);
  }

  private @Nullable String verifyAt(String token, long seconds) throws JwtException {
    return verify(verifier, token, seconds);
  }

  private @Nullable String verify(JwtVerifier by, String token, long seconds) throws JwtException {
    PresentedJwt jwt = by.present(token, TokenHash.of(token));
    if (jwt.needsCheck()) {
      checks++;
      assertEquals(jwt.check(), jwt.check());
    }
    @Nullable CallerIdentity identity = jwt.identityAt(seconds * 1000);
    return identity == null ? null : identity.toString();
  }

  private void assertRefused(Cause why, String token) {
    assertRefusedAt(why, token, NOW);
  }

  private void assertRefusedAt(Cause why, String token, long seconds) {
    JwtException e = assertThrows(JwtException.class, () -> verifyAt(token, seconds));
    assertEquals(why, e.why());
    assertEquals(0, e.getStackTrace().length);
  }

  static Stream<TestIssuer> issuers() {
    return Stream.of(RSA, EC, ED);
  }

  @ParameterizedTest
  @MethodSource("issuers")
  void tokenOfEachKindOfKeyIsAccepted(TestIssuer issuer) throws JwtException {
    assertEquals("jwt:alice", verify(issuer.token(CLAIMS)));
  }

  @ParameterizedTest
  @MethodSource("issuers")
  void everyChangedByteOfASignatureIsNoticed(TestIssuer issuer) {
    String token = issuer.token(CLAIMS);
    int start = token.lastIndexOf('.') + 1;
    // Of the last character some bits are padding.
    for (int i = start; i < token.length() - 1; i += 7) {
      char other = BASE64.charAt((BASE64.indexOf(token.charAt(i)) + 1) % 64);
      assertRefused(Cause.SIGNATURE, token.substring(0, i) + other + token.substring(i + 1));
    }
  }

  @ParameterizedTest
  @MethodSource("issuers")
  void claimsOfOneTokenDoNotGoWithTheSignatureOfAnother(TestIssuer issuer) {
    String good = issuer.token(CLAIMS);
    String other = issuer.token(claims("mallory", "https://issuer", "\"shop\"", NOW + 600, ""));
    String signature = good.substring(good.lastIndexOf('.'));
    assertRefused(Cause.SIGNATURE, other.substring(0, other.lastIndexOf('.')) + signature);
  }

  /** Asking the rule's own list for null threw. */
  @Test
  void audienceThatIsNothingIsNotTheRules() throws JwtException {
    assertRefused(
        Cause.AUDIENCE, ED.token(claims("alice", "https://issuer", "[null]", NOW + 600, "")));
    assertRefused(Cause.AUDIENCE, ED.token(claims("alice", "https://issuer", "[]", NOW + 600, "")));
    assertEquals(
        "jwt:alice",
        verify(ED.token(claims("alice", "https://issuer", "[null,\"shop\"]", NOW + 600, ""))));
  }

  @Test
  void unsignedTokenIsRefusedBeforeAnyCheck() {
    for (String alg : List.of("none", "None", "NONE", "nOnE")) {
      String unsigned = TestIssuer.unsigned("{\"alg\":\"" + alg + "\",\"kid\":\"r\"}", CLAIMS);
      JwtException empty = assertThrows(JwtException.class, () -> verify(unsigned + "."));
      assertTrue(List.of(Cause.MALFORMED, Cause.ALGORITHM).contains(empty.why()), alg);
      JwtException some = assertThrows(JwtException.class, () -> verify(unsigned + ".AAAA"));
      assertTrue(List.of(Cause.MALFORMED, Cause.ALGORITHM).contains(some.why()), alg);
    }
    assertEquals(0, checks);
  }

  /** The public key is known to everybody; as the secret of an HMAC it proves nothing. */
  @Test
  void hmacWithThePublicKeyIsRefusedBeforeAnyCheck() throws GeneralSecurityException {
    List<byte[]> secrets =
        List.of(RSA.publicKey().getEncoded(), RSA.jwk().getBytes(StandardCharsets.UTF_8));
    for (byte[] secret : secrets) {
      for (String kid : List.of(",\"kid\":\"r\"", "")) {
        String signed = TestIssuer.unsigned("{\"alg\":\"HS256\"" + kid + "}", CLAIMS);
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret, "HmacSHA256"));
        byte[] tag = mac.doFinal(signed.getBytes(StandardCharsets.US_ASCII));
        assertRefused(Cause.ALGORITHM, signed + "." + TestIssuer.base64(tag));
      }
    }
    assertEquals(0, checks);
  }

  @Test
  void keyIsUsedOnlyForItsOwnAlgorithms() throws JwtException {
    assertRefused(Cause.ALGORITHM, RSA.sign("{\"alg\":\"ES256\",\"kid\":\"r\"}", CLAIMS));
    assertRefused(Cause.ALGORITHM, RSA.sign("{\"alg\":\"RS256\",\"kid\":\"e\"}", CLAIMS));
    assertRefused(Cause.ALGORITHM, EC.sign("{\"alg\":\"ES384\",\"kid\":\"e\"}", CLAIMS));
    assertEquals(0, checks);
    String only = RSA.jwk().replace("{", "{\"alg\":\"RS512\",");
    assertEquals(1, keys(TestIssuer.jwks(only)).keys().get(0).algorithms().size());
    assertEquals("jwt:alice", verify(ED.sign("{\"alg\":\"Ed25519\",\"kid\":\"d\"}", CLAIMS)));
  }

  @Test
  void unknownKeyIsRefusedBeforeAnyCheck() {
    assertRefused(Cause.UNKNOWN_KEY, TestIssuer.ec("x").token(CLAIMS));
    assertEquals(0, checks);
    assertRefused(Cause.SIGNATURE, TestIssuer.ec("e").token(CLAIMS));
  }

  /** What a token says of its own key is not believed. */
  @Test
  void keyInTheHeaderOfATokenIsNotUsed() {
    TestIssuer stranger = TestIssuer.ec("x");
    String jwk = ",\"jwk\":" + stranger.jwkWithoutId() + ",\"jku\":\"http://127.0.0.1:1/\"}";
    String withId = "{\"alg\":\"ES256\",\"kid\":\"e\"" + jwk;
    assertRefused(Cause.SIGNATURE, stranger.sign(withId, CLAIMS));
    assertRefused(Cause.SIGNATURE, stranger.sign("{\"alg\":\"ES256\"" + jwk, CLAIMS));
  }

  @Test
  void tokenWithoutAKeyIdNeedsTheOnlyKeyOfItsAlgorithm() throws JwtException {
    String token = EC.sign("{\"alg\":\"ES256\"}", CLAIMS);
    assertEquals("jwt:alice", verify(token));
    String two = TestIssuer.jwks(EC.jwk(), TestIssuer.ec("other").jwk());
    JwtVerifier several = new JwtVerifier(new JwtPolicy(keys(two), null, List.of()));
    JwtException e = assertThrows(JwtException.class, () -> verify(several, token, NOW));
    assertEquals(Cause.NO_KEY_ID, e.why());
  }

  @Test
  void timesAreLookedAtEachTimeWithAMinuteOfLeeway() throws JwtException {
    String token = RSA.token(claims(",\"nbf\":" + (NOW - 100)));
    assertRefusedAt(Cause.NOT_YET_VALID, token, NOW - 161);
    assertEquals("jwt:alice", verifyAt(token, NOW - 160));
    assertEquals("jwt:alice", verifyAt(token, NOW + 659));
    assertRefusedAt(Cause.EXPIRED, token, NOW + 660);
    assertEquals(1, checks);
  }

  @Test
  void tokenThatNeverExpiresIsRefused() {
    String claims = "{\"sub\":\"alice\",\"iss\":\"https://issuer\",\"aud\":\"shop\"}";
    assertRefused(Cause.NO_EXPIRY, RSA.token(claims));
  }

  @Test
  void issuerAndAudienceMustBeTheOnesAskedFor() throws JwtException {
    String issuer = "https://issuer";
    assertRefused(Cause.ISSUER, RSA.token(claims("a", issuer + "/", "\"shop\"", NOW + 9, "")));
    assertRefused(Cause.ISSUER, RSA.token("{\"aud\":\"shop\",\"exp\":" + (NOW + 9) + "}"));
    assertRefused(Cause.AUDIENCE, RSA.token(claims("a", issuer, "\"Shop\"", NOW + 9, "")));
    assertRefused(Cause.AUDIENCE, RSA.token(claims("a", issuer, "[]", NOW + 9, "")));
    assertEquals("jwt:a", verify(RSA.token(claims("a", issuer, "[\"x\",\"cart\"]", NOW + 9, ""))));
  }

  @Test
  void whatARuleDoesNotAskForIsNotLookedAt() throws JwtException {
    String token = RSA.token("{\"exp\":" + (NOW + 9) + "}");
    JwtVerifier open = verifier(null);
    assertNull(verify(open, token, NOW));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "..",
        "a.b",
        "a.b.c",
        "a.b.c.d",
        "a.b.c.d.e",
        "...",
        "a..c",
        " a.b.c",
        "e30.e30.e30",
        "e30.e30.",
        "é.b.c"
      })
  void whatIsNoJwtIsRefusedBeforeAnyCheck(String token) {
    assertRefused(Cause.MALFORMED, token);
    assertEquals(0, checks);
  }

  @Test
  void truncatedTokenIsRefusedWhereverItIsCut() {
    String token = RSA.token(CLAIMS);
    for (int length = 0; length < token.length(); length++) {
      String cut = token.substring(0, length);
      assertThrows(JwtException.class, () -> verify(cut));
    }
    assertEquals(0, verifier.remembered());
  }

  @Test
  void hugeTokenIsRefusedUnread() {
    String token = RSA.token(claims(",\"x\":\"" + "y".repeat(JwtVerifier.MAX_LENGTH) + "\""));
    assertRefused(Cause.TOO_LONG, token);
    String deep = "[".repeat(6000) + "]".repeat(6000);
    String header = TestIssuer.base64(deep.getBytes(StandardCharsets.UTF_8)).substring(0, 8000);
    assertRefused(Cause.MALFORMED, header + ".e30.AAAA");
    assertEquals(0, checks);
  }

  @Test
  void extensionsThatMustBeUnderstoodAreRefused() {
    String crit = "{\"alg\":\"RS256\",\"kid\":\"r\",\"crit\":[\"b64\"],\"b64\":false}";
    assertRefused(Cause.CRITICAL, RSA.sign(crit, CLAIMS));
    assertRefused(
        Cause.CRITICAL, RSA.sign("{\"alg\":\"RS256\",\"kid\":\"r\",\"b64\":false}", CLAIMS));
    assertEquals(0, checks);
  }

  @Test
  void malformedClaimsAreRefusedAlthoughTheyAreSigned() {
    for (String claims :
        List.of("", "5", "{", "{\"exp\":\"soon\"}", "{\"exp\":1e999}", "{\"sub\":{}}")) {
      JwtException e = assertThrows(JwtException.class, () -> verify(RSA.token(claims)), claims);
      assertTrue(List.of(Cause.MALFORMED, Cause.CLAIMS).contains(e.why()), claims);
    }
    String longName = "x".repeat(CallerIdentity.MAX_NAME + 1);
    assertRefused(Cause.CLAIMS, RSA.token(claims(longName, "https://issuer", "\"shop\"", NOW, "")));
  }

  @Test
  void signatureIsCheckedOnceForEachToken() throws JwtException {
    String good = RSA.token(CLAIMS);
    String expired = RSA.token(claims("a", "https://issuer", "\"shop\"", NOW - 600, ""));
    String elsewhere = RSA.token(claims("a", "https://other", "\"shop\"", NOW + 600, ""));
    for (int i = 0; i < 3; i++) {
      assertEquals("jwt:alice", verify(good));
      assertRefused(Cause.EXPIRED, expired);
      assertRefused(Cause.ISSUER, elsewhere);
    }
    assertEquals(3, checks);
  }

  @Test
  void whatHasABadSignatureIsNotRemembered() {
    String forged = TestIssuer.ec("e").token(CLAIMS);
    assertRefused(Cause.SIGNATURE, forged);
    assertRefused(Cause.SIGNATURE, forged);
    assertEquals(2, checks);
    assertEquals(0, verifier.remembered());
  }

  @Test
  void uncheckedTokenIsNotAccepted() throws JwtException {
    String token = RSA.token(CLAIMS);
    PresentedJwt jwt = verifier.present(token, TokenHash.of(token));
    JwtException e = assertThrows(JwtException.class, () -> jwt.identityAt(NOW * 1000));
    assertEquals(Cause.SIGNATURE, e.why());
  }

  @Test
  void rememberedTokensAreBounded() throws JwtException {
    JwtVerifier small = new JwtVerifier(new JwtPolicy(keys(EC.jwks()), null, List.of()), 5);
    for (int i = 0; i < 50; i++) {
      String token = EC.token(claims(",\"jti\":\"" + i + "\""));
      verify(small, token, NOW);
    }
    assertTrue(small.remembered() <= 5);
  }
}
