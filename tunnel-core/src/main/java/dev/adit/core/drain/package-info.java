/**
 * Finishing what runs and starting nothing new. Public: {@link dev.adit.core.drain.Drain}, {@link
 * dev.adit.core.drain.ProcessEnd}. Any thread.
 */
@NullMarked
package dev.adit.core.drain;

import org.jspecify.annotations.NullMarked;
