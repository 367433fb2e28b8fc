package dev.adit.server.policy.auth;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jwt.JWTClaimsSet;
import dev.adit.core.token.TokenHash;
import dev.adit.server.policy.auth.JwtException.Cause;
import java.text.ParseException;
import java.time.Duration;
import java.util.Date;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Judges JWTs by one policy and remembers those with a good signature by their hash, so that it is
 * checked once and not at each call; their times are looked at each time. Any thread.
 *
 * <p>What costs little comes first: a token that is malformed, or signed with a key that we do not
 * know, never leads to a computation with keys; and its claims are not even parsed before its
 * signature is known to be good.
 */
public final class JwtVerifier {
  /** Longest token in bytes. */
  public static final int MAX_LENGTH = 8192;

  /** By how much clocks may differ. */
  public static final Duration LEEWAY = Duration.ofSeconds(60);

  /** Tokens remembered; of more, those that have not been used for long are checked again. */
  private static final int MAX_TOKENS = 10_000;

  private final JwtPolicy policy;

  // shared: thread-safe by itself
  private final Cache<TokenHash, Signed> signed;

  /**
   * What a token with a good signature says.
   *
   * @param refusal what else is wrong with it for ever; null: nothing
   * @param identity null: it names no subject that can be passed on
   */
  record Signed(
      @Nullable Cause refusal,
      @Nullable CallerIdentity identity,
      long notBeforeMillis,
      long expiryMillis) {

    private static Signed refused(Cause refusal) {
      return new Signed(refusal, null, Long.MIN_VALUE, Long.MAX_VALUE);
    }

    @Nullable CallerIdentity identityAt(long nowMillis) throws JwtException {
      if (refusal != null) {
        throw new JwtException(refusal);
      }
      if (nowMillis - LEEWAY.toMillis() >= expiryMillis) {
        throw new JwtException(Cause.EXPIRED);
      }
      if (nowMillis + LEEWAY.toMillis() < notBeforeMillis) {
        throw new JwtException(Cause.NOT_YET_VALID);
      }
      return identity;
    }
  }

  /** Remembers nothing yet. */
  public JwtVerifier(JwtPolicy policy) {
    this(policy, MAX_TOKENS);
  }

  JwtVerifier(JwtPolicy policy, int maxTokens) {
    this.policy = policy;
    signed = Caffeine.newBuilder().maximumSize(maxTokens).executor(Runnable::run).build();
  }

  /**
   * Whether a bearer token looks like a signed JWT: three parts of base64url. The third is empty
   * where it is not signed.
   */
  public static boolean isShaped(String token) {
    int dots = 0;
    int partLength = 0;
    for (int i = 0; i < token.length(); i++) {
      char c = token.charAt(i);
      if (c == '.') {
        if (partLength == 0) {
          return false;
        }
        dots++;
        partLength = 0;
      } else if (isBase64Url(c)) {
        partLength++;
      } else {
        return false;
      }
    }
    return dots == 2;
  }

  private static boolean isBase64Url(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '-'
        || c == '_';
  }

  /**
   * Looks at a token, as far as that needs no computation with keys.
   *
   * @param hash of the token
   * @throws JwtException if it is not accepted, whatever its signature is
   */
  public PresentedJwt present(String token, TokenHash hash) throws JwtException {
    @Nullable Signed known = signed.getIfPresent(hash);
    if (known != null) {
      return PresentedJwt.known(this, hash, known);
    }
    if (token.length() > MAX_LENGTH) {
      throw new JwtException(Cause.TOO_LONG);
    }
    if (!isShaped(token)) {
      throw new JwtException(Cause.MALFORMED);
    }
    JWSObject jws = parse(token);
    JWSHeader header = jws.getHeader();
    if (header.getCriticalParams() != null || !header.isBase64URLEncodePayload()) {
      throw new JwtException(Cause.CRITICAL);
    }
    return PresentedJwt.unseen(this, hash, jws, policy.keys().find(header));
  }

  private static JWSObject parse(String token) throws JwtException {
    try {
      return JWSObject.parse(token);
    } catch (ParseException | IllegalArgumentException | IllegalStateException e) {
      throw new JwtException(Cause.MALFORMED);
    }
  }

  /** What a token says, if its signature is good; else null. */
  @Nullable Signed check(JWSObject jws, JwtKey key, TokenHash hash) {
    if (!isSigned(jws, key)) {
      return null;
    }
    Signed claims = claims(jws);
    // Only what one of the keys has signed: others must not choose what we remember.
    signed.put(hash, claims);
    return claims;
  }

  private static boolean isSigned(JWSObject jws, JwtKey key) {
    try {
      return jws.verify(key.verifier());
    } catch (JOSEException | IllegalArgumentException | IllegalStateException e) {
      // The signature has the wrong form for its algorithm.
      return false;
    }
  }

  private Signed claims(JWSObject jws) {
    @Nullable Map<String, Object> json = jws.getPayload().toJSONObject();
    if (json == null) {
      return Signed.refused(Cause.CLAIMS);
    }
    JWTClaimsSet claims;
    try {
      claims = JWTClaimsSet.parse(json);
    } catch (ParseException | IllegalArgumentException e) {
      return Signed.refused(Cause.CLAIMS);
    }
    @Nullable Cause refusal = refusal(claims);
    @Nullable Date expiry = claims.getExpirationTime();
    if (refusal != null || expiry == null) {
      return Signed.refused(refusal == null ? Cause.NO_EXPIRY : refusal);
    }
    @Nullable String subject = claims.getSubject();
    @Nullable Date notBefore = claims.getNotBeforeTime();
    return new Signed(
        null,
        subject == null || subject.isEmpty() ? null : CallerIdentity.ofJwt(subject),
        notBefore == null ? Long.MIN_VALUE : notBefore.toInstant().toEpochMilli(),
        expiry.toInstant().toEpochMilli());
  }

  private @Nullable Cause refusal(JWTClaimsSet claims) {
    @Nullable String subject = claims.getSubject();
    if (subject != null && subject.length() > CallerIdentity.MAX_NAME) {
      return Cause.CLAIMS;
    }
    if (policy.issuer() != null && !policy.issuer().equals(claims.getIssuer())) {
      return Cause.ISSUER;
    }
    // A list of audiences may hold null, which an immutable list does not let one ask for.
    if (!policy.audiences().isEmpty()
        && claims.getAudience().stream()
            .filter(Objects::nonNull)
            .noneMatch(policy.audiences()::contains)) {
      return Cause.AUDIENCE;
    }
    return null;
  }

  /** Tokens remembered now, roughly. */
  long remembered() {
    signed.cleanUp();
    return signed.estimatedSize();
  }
}
