/**
 * Holds the whole product to what it promises: architecture, end-to-end behaviour, faults. Tests
 * only, nothing public.
 */
@NullMarked
package dev.adit.conformance;

import org.jspecify.annotations.NullMarked;
