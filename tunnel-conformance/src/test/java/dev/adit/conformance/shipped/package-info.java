/** What is in the programs that people install. */
@NullMarked
package dev.adit.conformance.shipped;

import org.jspecify.annotations.NullMarked;
