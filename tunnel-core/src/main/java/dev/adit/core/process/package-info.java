/**
 * What a process needs from its machine: event loops on the best transport there is, signals, and a
 * watch over its memory. Public: {@link dev.adit.core.process.EventLoops}, {@link
 * dev.adit.core.process.Signals}, {@link dev.adit.core.process.MemoryWatch}, {@link
 * dev.adit.core.process.Terminal}. Any thread.
 */
@NullMarked
package dev.adit.core.process;

import org.jspecify.annotations.NullMarked;
