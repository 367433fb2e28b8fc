/**
 * Holds the whole product to what it promises: architecture, end-to-end behaviour, faults. Only
 * tests; each says its own thread rule.
 */
@NullMarked
package dev.adit.conformance;

import org.jspecify.annotations.NullMarked;
