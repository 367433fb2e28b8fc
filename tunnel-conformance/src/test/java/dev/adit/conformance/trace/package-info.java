/** Traces of calls, as a collector gets them. */
@NullMarked
package dev.adit.conformance.trace;

import org.jspecify.annotations.NullMarked;
