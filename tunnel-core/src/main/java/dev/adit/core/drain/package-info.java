/**
 * Finishing what runs and starting nothing new. Public: {@link dev.adit.core.drain.Drain}. Any
 * thread.
 */
@NullMarked
package dev.adit.core.drain;

import org.jspecify.annotations.NullMarked;
