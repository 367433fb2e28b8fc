/**
 * The compiled form of a list of matches: finds the winner among a hundred thousand as fast as
 * among ten, and says why the others lost. Public: {@link dev.adit.core.match.table.MatchTable},
 * {@link dev.adit.core.match.table.Explained}. Immutable but for a cache; any thread.
 */
@NullMarked
package dev.adit.core.match.table;

import org.jspecify.annotations.NullMarked;
