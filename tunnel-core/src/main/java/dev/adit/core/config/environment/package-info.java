/**
 * Values from environment variables, laid over those of a file before it is read. Public: {@link
 * dev.adit.core.config.environment.Overrides}, {@link dev.adit.core.config.environment.ScalarKeys}.
 * Immutable; any thread.
 */
@NullMarked
package dev.adit.core.config.environment;

import org.jspecify.annotations.NullMarked;
