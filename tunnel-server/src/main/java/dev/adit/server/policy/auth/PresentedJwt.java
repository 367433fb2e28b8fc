package dev.adit.server.policy.auth;

import com.nimbusds.jose.JWSObject;
import dev.adit.core.token.TokenHash;
import dev.adit.server.policy.auth.JwtException.Cause;
import dev.adit.server.policy.auth.JwtVerifier.Signed;
import org.jspecify.annotations.Nullable;

/**
 * One token that a caller has sent, of which all is good that could be seen without a computation
 * with keys. Used by one thread at a time.
 */
public final class PresentedJwt {
  private final JwtVerifier verifier;
  private final TokenHash hash;

  /** What has to be checked, and with what; null once the token is known. */
  private @Nullable JWSObject unchecked;

  private @Nullable JwtKey key;
  private @Nullable Signed signed;

  private PresentedJwt(
      JwtVerifier verifier,
      TokenHash hash,
      @Nullable JWSObject unchecked,
      @Nullable JwtKey key,
      @Nullable Signed signed) {
    this.verifier = verifier;
    this.hash = hash;
    this.unchecked = unchecked;
    this.key = key;
    this.signed = signed;
  }

  static PresentedJwt known(JwtVerifier verifier, TokenHash hash, Signed signed) {
    return new PresentedJwt(verifier, hash, null, null, signed);
  }

  static PresentedJwt unseen(JwtVerifier verifier, TokenHash hash, JWSObject jws, JwtKey key) {
    return new PresentedJwt(verifier, hash, jws, key, null);
  }

  /** Whether its signature has yet to be checked. */
  public boolean needsCheck() {
    return unchecked != null;
  }

  /**
   * Checks its signature, which may take a millisecond: not for event loops.
   *
   * @return whether it is good
   */
  public boolean check() {
    @Nullable JWSObject jws = unchecked;
    @Nullable JwtKey with = key;
    if (jws != null && with != null) {
      unchecked = null;
      key = null;
      signed = verifier.check(jws, with, hash);
    }
    return signed != null;
  }

  /**
   * Who sent it, or null if it names nobody.
   *
   * @throws JwtException if it is not accepted now
   */
  public @Nullable CallerIdentity identityAt(long nowMillis) throws JwtException {
    if (signed == null) {
      throw new JwtException(Cause.SIGNATURE);
    }
    return signed.identityAt(nowMillis);
  }
}
