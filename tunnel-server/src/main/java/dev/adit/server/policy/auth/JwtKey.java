package dev.adit.server.policy.auth;

import com.nimbusds.jose.Algorithm;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One public key and what it can check.
 *
 * @param id its {@code kid}; null: it has none
 * @param algorithms names of those it is for, all asymmetric; never empty
 */
record JwtKey(@Nullable String id, Set<String> algorithms, JWSVerifier verifier) {
  /** RFC 7518 section 3.3. */
  private static final int MIN_RSA_BITS = 2048;

  /** A check costs the square of this. */
  private static final int MAX_RSA_BITS = 8192;

  /** The key, or null if it is not for signatures, or of a curve that we do not know. */
  static @Nullable JwtKey of(JWK key) throws JOSEException {
    if (KeyUse.ENCRYPTION.equals(key.getKeyUse())
        || (key.getKeyOperations() != null
            && !key.getKeyOperations().contains(KeyOperation.VERIFY))) {
      return null;
    }
    @Nullable JWSVerifier verifier = verifier(key);
    if (verifier == null) {
      return null;
    }
    @Nullable Algorithm only = key.getAlgorithm();
    Set<String> algorithms =
        verifier.supportedJWSAlgorithms().stream()
            .map(JWSAlgorithm::getName)
            .filter(name -> only == null || only.getName().equals(name))
            .collect(Collectors.toUnmodifiableSet());
    return algorithms.isEmpty() ? null : new JwtKey(key.getKeyID(), algorithms, verifier);
  }

  private static @Nullable JWSVerifier verifier(JWK key) throws JOSEException {
    if (key instanceof RSAKey rsa) {
      int bits = rsa.size();
      if (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS) {
        throw new JOSEException(
            "it has " + bits + " bits; expected " + MIN_RSA_BITS + " to " + MAX_RSA_BITS);
      }
      return new RSASSAVerifier(rsa);
    }
    if (key instanceof ECKey ec) {
      // The JDK has no secp256k1.
      return Curve.SECP256K1.equals(ec.getCurve()) ? null : new ECDSAVerifier(ec);
    }
    if (key instanceof OctetKeyPair pair && Curve.Ed25519.equals(pair.getCurve())) {
      return new EdwardsVerifier(pair.getDecodedX());
    }
    return null;
  }
}
