/**
 * What calls have in common, kept once. Public: {@link dev.adit.core.call.alike.AlikeResponses}.
 * Confined to a loop.
 */
@NullMarked
package dev.adit.core.call.alike;

import org.jspecify.annotations.NullMarked;
