/** What operators see of running processes. */
@NullMarked
package dev.adit.conformance.operators;

import org.jspecify.annotations.NullMarked;
