/**
 * What a process needs from its machine: event loops on the best transport there is, and signals.
 * Public: {@link dev.adit.core.process.EventLoops}, {@link dev.adit.core.process.Signals}. Any
 * thread.
 */
@NullMarked
package dev.adit.core.process;

import org.jspecify.annotations.NullMarked;
