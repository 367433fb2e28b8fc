/** What callers see of backends that misbehave, fall ill and get well. Tests only. */
@NullMarked
package dev.adit.conformance.failure.backend;

import org.jspecify.annotations.NullMarked;
