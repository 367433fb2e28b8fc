/**
 * Per-call flow control in the tunnel: credit given, credit taken, and the chunks that wait for it.
 * Public: {@link dev.adit.core.flow.SendWindow}, {@link dev.adit.core.flow.ReceiveWindow}, {@link
 * dev.adit.core.flow.ChunkQueue}, {@link dev.adit.core.flow.MemoryBudget}. Each object belongs to
 * the loop of one tunnel stream, but for the memory budget, which all loops of a process share.
 */
@NullMarked
package dev.adit.core.flow;

import org.jspecify.annotations.NullMarked;
