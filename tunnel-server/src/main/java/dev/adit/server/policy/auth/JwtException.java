package dev.adit.server.policy.auth;

/** A JWT is not accepted. Has no stack trace: whoever sends tokens decides how many there are. */
public final class JwtException extends Exception {
  private static final long serialVersionUID = 1;

  /** Why; in the order in which they are found. */
  public enum Cause {
    /** Not three parts of base64url with a JSON header. */
    MALFORMED("the token is no signed JWT"),
    TOO_LONG("the token is longer than " + JwtVerifier.MAX_LENGTH + " bytes"),
    /** It asks for an extension that we do not know (RFC 7515 section 4.1.11). */
    CRITICAL("the token has critical header parameters, which are not supported"),
    NO_KEY_ID("the token does not say which key it is signed with, and there are several"),
    UNKNOWN_KEY("the token is signed with a key that this rule does not know"),
    /** None, a symmetric one, or another than the key is for. */
    ALGORITHM("the token's algorithm is not one of its key"),
    SIGNATURE("the token's signature is wrong"),
    CLAIMS("the token's claims are malformed"),
    NO_EXPIRY("the token has no expiry time"),
    EXPIRED("the token has expired"),
    NOT_YET_VALID("the token is not valid yet"),
    ISSUER("the token is from another issuer than this rule accepts"),
    AUDIENCE("the token is for another audience than this rule's");

    private final String text;

    Cause(String text) {
      this.text = text;
    }
  }

  private final Cause why;

  JwtException(Cause why) {
    super(why.text, null, false, false);
    this.why = why;
  }

  /** For the caller; says nothing of what is in the token. */
  public String text() {
    return why.text;
  }

  public Cause why() {
    return why;
  }

  /**
   * Whether the token is a good one, but not for this rule: another of the same kind would not help
   * its caller.
   */
  public boolean isMeantForOthers() {
    return why == Cause.ISSUER || why == Cause.AUDIENCE;
  }
}
