/**
 * The match language that the server's rules and the agent's routes share, and its compiled form.
 * Public: {@link dev.adit.core.match.CallMatch} with its parts, {@link
 * dev.adit.core.match.MatchReader}, {@link dev.adit.core.match.MatchEntry}, {@link
 * dev.adit.core.match.MatchTable} and {@link dev.adit.core.match.Mismatch}. Immutable; any thread.
 */
@NullMarked
package dev.adit.core.match;

import org.jspecify.annotations.NullMarked;
