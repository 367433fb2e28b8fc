/** Generated calls, made directly and through a tunnel: what arrives is the same. Tests only. */
@NullMarked
package dev.adit.conformance.fidelity;

import org.jspecify.annotations.NullMarked;
