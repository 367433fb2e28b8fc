/**
 * What a rule asks for, once it has matched: shares, limits, retries, header changes. Public: all
 * of it. Immutable values; any thread.
 */
@NullMarked
package dev.adit.server.policy;

import org.jspecify.annotations.NullMarked;
