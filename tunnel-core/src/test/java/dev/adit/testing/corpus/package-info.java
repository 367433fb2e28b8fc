/**
 * Good and broken configuration files, and what is to be said about the broken ones; the published
 * schemas beside our own readers. Immutable; any thread.
 */
@NullMarked
package dev.adit.testing.corpus;

import org.jspecify.annotations.NullMarked;
