/** Rules as the entry carries them out, beside what is said of them. */
@NullMarked
package dev.adit.conformance.rules;

import org.jspecify.annotations.NullMarked;
