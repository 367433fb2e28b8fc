/** What the programs write for people and for those who collect lines. */
@NullMarked
package dev.adit.conformance.logs;

import org.jspecify.annotations.NullMarked;
