/**
 * What a reader of the documents types, copied out of them and run with real processes. Nothing is
 * public. Each test in a directory of its own.
 */
@NullMarked
package dev.adit.conformance.guide;

import org.jspecify.annotations.NullMarked;
