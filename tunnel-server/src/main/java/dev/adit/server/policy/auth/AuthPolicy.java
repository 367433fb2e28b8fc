package dev.adit.server.policy.auth;

import dev.adit.core.token.TokenHash;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who may make the calls of a rule: callers that send one of these bearer tokens, or a JWT that the
 * policy accepts, in {@code authorization}.
 *
 * @param bearer may be empty if there is a policy for JWTs
 * @param jwt null: no JWT is accepted
 */
public record AuthPolicy(List<BearerToken> bearer, @Nullable JwtPolicy jwt) {

  public AuthPolicy {
    bearer = List.copyOf(bearer);
  }

  /** The token of this hash, or null if it is none of ours. */
  public @Nullable BearerToken tokenOf(TokenHash sent) {
    @Nullable BearerToken found = null;
    // All hashes are compared, so that the time taken does not tell which one is near.
    for (BearerToken token : bearer) {
      found = token.hash().matches(sent) ? token : found;
    }
    return found;
  }
}
