package dev.adit.server.policy.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.jca.JCAContext;
import com.nimbusds.jose.util.Base64URL;
import dev.adit.core.http2.FieldRules;
import dev.adit.core.token.TokenHash;
import dev.adit.testing.fuzz.Execution;
import dev.adit.testing.fuzz.FuzzInput;
import dev.adit.testing.jwt.TestIssuer;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whatever a caller sends as a JWT, it is accepted for what it says, or refused in words. */
final class JwtFuzzTest {
  private static final int ANYWAY_BYTES = 16 << 20;
  private static final long NOW_SECONDS = 1_800_000_000;
  private static final int MAX_RAW = 10_000;

  private static final JwtPolicy POLICY =
      new JwtPolicy(
          JwtKeys.parse(
              TestIssuer.jwks(TestIssuer.ed25519("d").jwk(), TestIssuer.ec("e").jwk())
                  .getBytes(StandardCharsets.UTF_8)),
          "i",
          List.of("shop", "cart"));
  private static final JwtVerifier VERIFIER = new JwtVerifier(POLICY, 10);
  private static final JwtVerifier REMEMBERS_ONE = new JwtVerifier(POLICY, 1);

  private static final List<String> HEADERS =
      List.of(
          "{\"alg\":\"EdDSA\",\"kid\":\"d\"}",
          "{\"alg\":\"ES256\",\"kid\":\"e\"}",
          "{\"alg\":\"ES256\"}",
          "{\"alg\":\"none\"}",
          "{\"alg\":\"HS256\",\"kid\":\"d\"}",
          "{\"alg\":\"EdDSA\",\"kid\":\"d\",\"crit\":[\"x\"],\"x\":1}",
          "{\"alg\":\"EdDSA\",\"kid\":\"d\",\"b64\":false,\"crit\":[\"b64\"]}",
          "{\"alg\":\"EdDSA\",\"kid\":1}");

  /**
   * The first byte says what the rest is: a token, the parts of one, or which claims one has, so
   * that it is known what is to become of it.
   */
  @FuzzTest
  void token(byte[] bytes) {
    Execution.of(bytes, ANYWAY_BYTES, JwtFuzzTest::play);
  }

  private static void play(byte[] bytes) {
    FuzzInput input = new FuzzInput(bytes);
    switch (input.below(3)) {
      case 0 -> judge(new String(input.rest(), StandardCharsets.ISO_8859_1), false);
      case 1 -> judge(parts(input), false);
      default -> judge(new Claims(input));
    }
  }

  /** A token of three parts with a JSON header and JSON claims, some of them of raw bytes. */
  private static String parts(FuzzInput input) {
    String header = input.flag() ? raw(input) : HEADERS.get(input.below(HEADERS.size()));
    String claims = input.flag() ? raw(input) : "{\"sub\":\"" + raw(input) + "\"}";
    return TestIssuer.unsigned(header, claims) + "." + TestIssuer.base64(input.bytes(70));
  }

  private static String raw(FuzzInput input) {
    return new String(input.bytes(input.below(MAX_RAW)), StandardCharsets.UTF_8);
  }

  /** Says which claims a token has, and whether they are good. */
  private static final class Claims {
    private final List<String> members = new ArrayList<>();
    private boolean good = true;

    Claims(FuzzInput input) {
      add(input, "iss", true, List.of("\"i\""), List.of("\"j\"", "1", "null", "[\"i\"]", "\"\""));
      add(
          input,
          "aud",
          true,
          List.of("\"shop\"", "[\"x\",\"cart\"]"),
          List.of("\"bank\"", "[]", "{}", "7", "[null]", "\"shop \""));
      add(
          input,
          "exp",
          true,
          List.of("1800000600", "1799999960", "9999999999"),
          List.of("1799999940", "\"1800000600\"", "null", "0", "-1", "true"));
      add(
          input,
          "nbf",
          false,
          List.of("1799999000", "1800000060", "0"),
          List.of("1800000061", "\"x\"", "{}", "9999999999"));
      add(
          input,
          "sub",
          false,
          List.of("\"alice\"", "5", "\"\\u0000\\n\\ud83d\""),
          List.of("true", "[]"));
    }

    private void add(
        FuzzInput input, String name, boolean needed, List<String> fine, List<String> wrong) {
      int choice = input.below(1 + fine.size() + wrong.size());
      if (choice == fine.size() + wrong.size()) {
        good &= !needed;
        return;
      }
      boolean isFine = choice < fine.size();
      good &= isFine;
      members.add(
          "\"" + name + "\":" + (isFine ? fine.get(choice) : wrong.get(choice - fine.size())));
    }

    String json() {
      return "{" + String.join(",", members) + "}";
    }
  }

  private static void judge(Claims claims) {
    String token = TestIssuer.unsigned(HEADERS.get(0), claims.json()) + ".AAAA";
    assertEquals(claims.good, judge(token, true), claims::json);
  }

  /** Whether a token is accepted, by a key that takes each signature where {@code signed}. */
  private static boolean judge(String token, boolean signed) {
    TokenHash hash = TokenHash.of(token);
    try {
      PresentedJwt presented = VERIFIER.present(token, hash);
      if (presented.needsCheck()) {
        assertTrue(token.length() <= JwtVerifier.MAX_LENGTH && JwtVerifier.isShaped(token));
        if (!signed && hash.hex().charAt(0) == '0') {
          // Nobody here has the keys, so no signature can be good. One of 16: it costs a hundred
          // times as much as all the rest.
          assertTrue(!presented.check(), "a forged signature is accepted");
        }
      }
      return isAccepted(token, hash);
    } catch (JwtException e) {
      assertTrue(!e.text().isEmpty());
      if (!signed) {
        isAccepted(token, hash);
      }
      return false;
    }
  }

  /** What becomes of a token once its signature is good. */
  private static boolean isAccepted(String token, TokenHash hash) {
    try {
      JWSObject jws = JWSObject.parse(token);
      JwtVerifier.@Nullable Signed said = REMEMBERS_ONE.check(jws, TRUSTING, hash);
      if (said == null) {
        throw new AssertionError("a good signature is refused");
      }
      @Nullable CallerIdentity identity = said.identityAt(NOW_SECONDS * 1000);
      assertTrue(identity == null || FieldRules.isValue(identity.text()));
      return true;
    } catch (JwtException | ParseException | IllegalArgumentException | IllegalStateException e) {
      return false;
    }
  }

  private static final JwtKey TRUSTING = new JwtKey(null, Set.of("EdDSA"), new Trusting());

  /** Takes each signature: what it stands behind is what is looked at. */
  private static final class Trusting implements JWSVerifier {
    private final JCAContext context = new JCAContext();

    @Override
    public boolean verify(JWSHeader header, byte[] input, Base64URL signature)
        throws JOSEException {
      return true;
    }

    @Override
    public Set<JWSAlgorithm> supportedJWSAlgorithms() {
      return Set.of(JWSAlgorithm.EdDSA);
    }

    @Override
    public JCAContext getJCAContext() {
      return context;
    }
  }
}
