/**
 * Half an hour of calls while something goes wrong again and again; nothing is left behind. Tests
 * only, tagged {@code fault}.
 */
@NullMarked
package dev.adit.conformance.fault.soak;

import org.jspecify.annotations.NullMarked;
