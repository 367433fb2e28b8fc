/** What the agent's doctor says of everything that can be wrong on the way. */
@NullMarked
package dev.adit.conformance.doctor;

import org.jspecify.annotations.NullMarked;
