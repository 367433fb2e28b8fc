/**
 * What callers see when something fails: every row of the error table, malformed requests, and
 * backends that misbehave. Tests only.
 */
@NullMarked
package dev.adit.conformance.failure;

import org.jspecify.annotations.NullMarked;
