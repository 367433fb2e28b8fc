package dev.adit.server.entry.caller;

import dev.adit.server.policy.auth.CallerIdentity;
import dev.adit.server.policy.auth.PresentedJwt;
import org.jspecify.annotations.Nullable;

/**
 * What a call brings to be let in, of which nothing is known to be wrong yet. Used by one thread at
 * a time.
 *
 * @param identity what a bearer token's rule calls it; null: nothing
 * @param jwt null: there is none, or none is wanted
 */
public record Credential(@Nullable CallerIdentity identity, @Nullable PresentedJwt jwt) {
  static final Credential NONE_WANTED = new Credential(null, null);

  /** Whether it has a signature that must be checked first. */
  public boolean needsCheck() {
    return jwt != null && jwt.needsCheck();
  }
}
