package dev.adit.bench.auth;

import dev.adit.core.token.TokenHash;
import dev.adit.server.policy.auth.CallerIdentity;
import dev.adit.server.policy.auth.JwtException;
import dev.adit.server.policy.auth.JwtKeys;
import dev.adit.server.policy.auth.JwtPolicy;
import dev.adit.server.policy.auth.JwtVerifier;
import dev.adit.server.policy.auth.PresentedJwt;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What the JWT of a call costs, the hash of the token included. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class JwtBenchmark {
  private static final long NOW = 1_800_000_000_000L;
  private static final String CLAIMS =
      "{\"sub\":\"0f3b6a52-3a4c-4b7e-9d0c-2b7a8f1e6c55\",\"iss\":\"https://issuer.example\","
          + "\"aud\":[\"shop\"],\"exp\":1800003600,\"iat\":1800000000,\"scope\":\"read write\"}";

  /** How tokens are signed. */
  public enum Algorithm {
    RS256("RSA", "SHA256withRSA"),
    ES256("EC", "SHA256withECDSAinP1363Format"),
    EdDSA("Ed25519", "Ed25519");

    private final String key;
    private final String signature;

    Algorithm(String key, String signature) {
      this.key = key;
      this.signature = signature;
    }
  }

  @Param({"RS256", "ES256", "EdDSA"})
  public Algorithm algorithm = Algorithm.RS256;

  private JwtPolicy policy = new JwtPolicy(JwtKeys.parse(example()), null, List.of());
  private JwtVerifier verifier = new JwtVerifier(policy);
  private String good = "";
  private String forged = "";
  private String unknownKey = "";
  private String malformed = "";

  /** A key of RFC 8037, so that there is a policy before the first set-up. */
  private static byte[] example() {
    return set(
        "\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"");
  }

  private static byte[] set(String members) {
    return ("{\"keys\":[{\"kid\":\"k\"," + members + "}]}").getBytes(StandardCharsets.UTF_8);
  }

  @Setup
  public void setUp() throws GeneralSecurityException, JwtException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm.key);
    if (algorithm != Algorithm.EdDSA) {
      generator.initialize(algorithm == Algorithm.RS256 ? 2048 : 256);
    }
    KeyPair keys = generator.generateKeyPair();
    policy =
        new JwtPolicy(JwtKeys.parse(set(members(keys))), "https://issuer.example", List.of("shop"));
    verifier = new JwtVerifier(policy);
    good = sign("k", keys);
    forged = sign("k", generator.generateKeyPair());
    unknownKey = sign("other", keys);
    malformed = good.substring(0, good.lastIndexOf('.'));
    known();
  }

  private static String members(KeyPair keys) {
    if (keys.getPublic() instanceof RSAPublicKey rsa) {
      byte[] n = rsa.getModulus().toByteArray();
      return "\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"" + base64(last(n, 256)) + "\"";
    }
    if (keys.getPublic() instanceof ECPublicKey) {
      byte[] point = last(keys.getPublic().getEncoded(), 64);
      return "\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\""
          + base64(Arrays.copyOf(point, 32))
          + "\",\"y\":\""
          + base64(last(point, 32))
          + "\"";
    }
    String x = base64(last(keys.getPublic().getEncoded(), 32));
    return "\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" + x + "\"";
  }

  private static byte[] last(byte[] bytes, int count) {
    return Arrays.copyOfRange(bytes, bytes.length - count, bytes.length);
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private String sign(String keyId, KeyPair keys) throws GeneralSecurityException {
    String header = "{\"alg\":\"" + algorithm + "\",\"kid\":\"" + keyId + "\"}";
    String signed =
        base64(header.getBytes(StandardCharsets.UTF_8))
            + "."
            + base64(CLAIMS.getBytes(StandardCharsets.UTF_8));
    Signature signature = Signature.getInstance(algorithm.signature);
    signature.initSign(keys.getPrivate());
    signature.update(signed.getBytes(StandardCharsets.US_ASCII));
    return signed + "." + base64(signature.sign());
  }

  private static @Nullable CallerIdentity verify(JwtVerifier verifier, String token)
      throws JwtException {
    PresentedJwt jwt = verifier.present(token, TokenHash.of(token));
    if (jwt.needsCheck()) {
      jwt.check();
    }
    return jwt.identityAt(NOW);
  }

  private JwtException.Cause refusal(String token) {
    try {
      throw new IllegalStateException("accepted for " + verify(verifier, token));
    } catch (JwtException e) {
      return e.why();
    }
  }

  /** A token that has been seen before. */
  @Benchmark
  public @Nullable CallerIdentity known() throws JwtException {
    return verify(verifier, good);
  }

  /** A token that has not been seen before; a new verifier that remembers nothing is included. */
  @Benchmark
  public @Nullable CallerIdentity unseen() throws JwtException {
    return verify(new JwtVerifier(policy), good);
  }

  @Benchmark
  public JwtException.Cause forged() {
    return refusal(forged);
  }

  @Benchmark
  public JwtException.Cause unknownKey() {
    return refusal(unknownKey);
  }

  @Benchmark
  public JwtException.Cause malformed() {
    return refusal(malformed);
  }
}
