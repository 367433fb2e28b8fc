package dev.adit.server.policy.auth;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which JWTs a rule accepts.
 *
 * @param keys one of them must have signed the token
 * @param issuer what {@code iss} must be; null: anything
 * @param audiences one of which must be in {@code aud}; empty: anything
 */
public record JwtPolicy(JwtKeys keys, @Nullable String issuer, List<String> audiences) {
  public JwtPolicy {
    audiences = List.copyOf(audiences);
  }
}
