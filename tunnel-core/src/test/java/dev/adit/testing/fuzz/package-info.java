/**
 * What every fuzz test needs: {@link dev.adit.testing.fuzz.Execution} holds one input to its
 * limits, {@link dev.adit.testing.fuzz.FuzzInput} turns bytes into choices. Confined to the test's
 * thread.
 */
@NullMarked
package dev.adit.testing.fuzz;

import org.jspecify.annotations.NullMarked;
