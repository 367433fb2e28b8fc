package dev.adit.server.policy.auth;

import dev.adit.core.token.TokenHash;
import org.jspecify.annotations.Nullable;

/**
 * A bearer token that a rule knows.
 *
 * @param identity what its bearer is called; null: the rule gives it no name
 */
public record BearerToken(TokenHash hash, @Nullable CallerIdentity identity) {}
