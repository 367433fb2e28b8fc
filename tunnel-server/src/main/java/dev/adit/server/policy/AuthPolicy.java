package dev.adit.server.policy;

import dev.adit.core.call.HeaderFields;
import dev.adit.core.token.TokenHash;
import io.netty.util.AsciiString;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who may make the calls of a rule: callers that send one of these bearer tokens in {@code
 * authorization}.
 */
public record AuthPolicy(List<TokenHash> bearer) {

  private static final AsciiString AUTHORIZATION = AsciiString.cached("authorization");
  private static final AsciiString SCHEME = AsciiString.cached("Bearer ");

  public AuthPolicy {
    bearer = List.copyOf(bearer);
  }

  /** What became of a caller's credentials. */
  public enum Verdict {
    /** A valid token was sent. */
    ALLOWED,
    /** No bearer token was sent. */
    UNAUTHENTICATED,
    /** A bearer token was sent that is none of ours. */
    FORBIDDEN
  }

  /** Judges the credentials among the headers of a call. */
  public Verdict judge(HeaderFields fields) {
    @Nullable AsciiString authorization = fields.get(AUTHORIZATION);
    if (authorization == null
        || authorization.length() <= SCHEME.length()
        || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return Verdict.UNAUTHENTICATED;
    }
    String token = authorization.toString(SCHEME.length()).strip();
    // All hashes are compared, so that the time taken does not tell which one is near.
    boolean valid = false;
    for (TokenHash hash : bearer) {
      valid |= hash.matches(token);
    }
    return valid ? Verdict.ALLOWED : Verdict.FORBIDDEN;
  }
}
