package dev.adit.server.policy.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.impl.BaseJWSProvider;
import com.nimbusds.jose.util.Base64URL;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.X509EncodedKeySpec;
import java.util.Set;

/**
 * Checks Ed25519 signatures (RFC 8037) with the JDK: the library's own verifier wants another
 * library for it. Any thread.
 */
final class EdwardsVerifier extends BaseJWSProvider implements JWSVerifier {
  private static final int BYTES = 32;

  /** What stands before the 32 bytes of a key in its X.509 form (RFC 8410 section 4). */
  private static final byte[] X509_PREFIX = {
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00
  };

  private final PublicKey key;

  /**
   * @param point the key as a JWK has it in {@code x}
   */
  EdwardsVerifier(byte[] point) throws JOSEException {
    super(Set.of(JWSAlgorithm.EdDSA, JWSAlgorithm.Ed25519));
    if (point.length != BYTES) {
      throw new JOSEException("x has " + point.length + " bytes; expected " + BYTES);
    }
    byte[] encoded = new byte[X509_PREFIX.length + BYTES];
    System.arraycopy(X509_PREFIX, 0, encoded, 0, X509_PREFIX.length);
    System.arraycopy(point, 0, encoded, X509_PREFIX.length, BYTES);
    try {
      key = KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
    } catch (GeneralSecurityException e) {
      throw new JOSEException("x is no point of Ed25519", e);
    }
  }

  @Override
  public boolean verify(JWSHeader header, byte[] signed, Base64URL signature) throws JOSEException {
    try {
      Signature check = Signature.getInstance("Ed25519");
      check.initVerify(key);
      check.update(signed);
      return check.verify(signature.decode());
    } catch (SignatureException e) {
      return false;
    } catch (GeneralSecurityException e) {
      throw new JOSEException("no Ed25519 here", e);
    }
  }
}
