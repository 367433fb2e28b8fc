/**
 * The match language that the server's rules and the agent's routes share; its compiled form is in
 * {@code table}. Public: {@link dev.adit.core.match.CallMatch} with its parts, {@link
 * dev.adit.core.match.CallFacts} that they look at, and {@link dev.adit.core.match.MatchReader}.
 * Immutable; any thread.
 */
@NullMarked
package dev.adit.core.match;

import org.jspecify.annotations.NullMarked;
