package dev.adit.testing.jwt;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Has one key, made when it is asked for, and signs tokens with it. Any thread. */
public final class TestIssuer {
  private static final int P256_BYTES = 32;

  private final String algorithm;
  private final String jdkAlgorithm;
  private final String keyId;
  private final KeyPair keys;

  private TestIssuer(String algorithm, String jdkAlgorithm, String keyId, KeyPair keys) {
    this.algorithm = algorithm;
    this.jdkAlgorithm = jdkAlgorithm;
    this.keyId = keyId;
    this.keys = keys;
  }

  /** Signs with RS256. */
  public static TestIssuer rsa(String keyId) {
    return rsa(keyId, 2048);
  }

  public static TestIssuer rsa(String keyId, int bits) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(bits);
      return new TestIssuer("RS256", "SHA256withRSA", keyId, generator.generateKeyPair());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Signs with ES256. */
  public static TestIssuer ec(String keyId) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return new TestIssuer(
          "ES256", "SHA256withECDSAinP1363Format", keyId, generator.generateKeyPair());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Signs with EdDSA. */
  public static TestIssuer ed25519(String keyId) {
    try {
      KeyPair keys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
      return new TestIssuer("EdDSA", "Ed25519", keyId, keys);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The public key as a JWK. */
  public String jwk() {
    return "{\"kid\":\"" + keyId + "\"," + members() + "}";
  }

  /** The public key as a JWK without a kid. */
  public String jwkWithoutId() {
    return "{" + members() + "}";
  }

  private String members() {
    PublicKey key = keys.getPublic();
    if (key instanceof RSAPublicKey rsa) {
      String n = base64(unsigned(rsa.getModulus(), (rsa.getModulus().bitLength() + 7) / 8));
      String e = base64(unsigned(rsa.getPublicExponent(), 3));
      return "\"kty\":\"RSA\",\"n\":\"" + n + "\",\"e\":\"" + e + "\"";
    }
    if (key instanceof ECPublicKey ec) {
      String x = base64(unsigned(ec.getW().getAffineX(), P256_BYTES));
      String y = base64(unsigned(ec.getW().getAffineY(), P256_BYTES));
      return "\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" + x + "\",\"y\":\"" + y + "\"";
    }
    // The key stands at the end of its X.509 form (RFC 8410 section 4).
    byte[] encoded = key.getEncoded();
    String x = base64(Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length));
    return "\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" + x + "\"";
  }

  private static byte[] unsigned(BigInteger number, int bytes) {
    byte[] padded = new byte[bytes];
    byte[] raw = number.toByteArray();
    int length = Math.min(raw.length, bytes);
    System.arraycopy(raw, raw.length - length, padded, bytes - length, length);
    return padded;
  }

  /** A key set. */
  public static String jwks(String... jwks) {
    return Stream.of(jwks).collect(Collectors.joining(",", "{\"keys\":[", "]}"));
  }

  /** The key set of this issuer. */
  public String jwks() {
    return jwks(jwk());
  }

  public PublicKey publicKey() {
    return keys.getPublic();
  }

  /** A token that says its key. */
  public String token(String claims) {
    return sign("{\"alg\":\"" + algorithm + "\",\"kid\":\"" + keyId + "\"}", claims);
  }

  /** A token of a subject that expires in an hour. */
  public String tokenOf(String subject, String issuer, String audience) {
    long expiry = Instant.now().plusSeconds(3600).getEpochSecond();
    return token(
        "{\"sub\":\"%s\",\"iss\":\"%s\",\"aud\":\"%s\",\"exp\":%d}"
            .formatted(subject, issuer, audience, expiry));
  }

  /** A token with a header of the test's own, signed as always. */
  public String sign(String header, String claims) {
    String signed = unsigned(header, claims);
    try {
      Signature signature = Signature.getInstance(jdkAlgorithm);
      signature.initSign(keys.getPrivate());
      signature.update(signed.getBytes(StandardCharsets.US_ASCII));
      return signed + "." + base64(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The first two parts of a token. */
  public static String unsigned(String header, String claims) {
    return base64(header.getBytes(StandardCharsets.UTF_8))
        + "."
        + base64(claims.getBytes(StandardCharsets.UTF_8));
  }

  public static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
