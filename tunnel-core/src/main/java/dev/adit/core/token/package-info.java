/**
 * Bearer tokens: made at random, sent in a field, kept as hashes, compared in constant time.
 * Public: {@link dev.adit.core.token.Token}, {@link dev.adit.core.token.BearerField}, {@link
 * dev.adit.core.token.TokenHash}. Immutable; any thread.
 */
@NullMarked
package dev.adit.core.token;

import org.jspecify.annotations.NullMarked;
