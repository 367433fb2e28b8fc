/** Where tokens and keys are once they have been used. */
@NullMarked
package dev.adit.conformance.secrets;

import org.jspecify.annotations.NullMarked;
