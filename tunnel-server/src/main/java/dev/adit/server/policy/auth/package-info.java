/**
 * Who may make the calls of a rule, by bearer token or JWT, and what a caller is called then.
 * Public: {@link dev.adit.server.policy.auth.AuthPolicy}, {@link
 * dev.adit.server.policy.auth.BearerToken}, {@link dev.adit.server.policy.auth.JwtPolicy}, {@link
 * dev.adit.server.policy.auth.JwtKeys}, {@link dev.adit.server.policy.auth.JwtVerifier}, {@link
 * dev.adit.server.policy.auth.PresentedJwt}, {@link dev.adit.server.policy.auth.JwtException},
 * {@link dev.adit.server.policy.auth.CallerIdentity}. Immutable but for the tokens a verifier
 * remembers; any thread.
 */
@NullMarked
package dev.adit.server.policy.auth;

import org.jspecify.annotations.NullMarked;
