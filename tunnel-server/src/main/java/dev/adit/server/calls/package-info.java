/**
 * The calls at the entry that run now, and what has become of those that ended: for people who
 * look, and for the access log's lines of those that run for long, at next to no cost for the
 * calls. Public: {@link dev.adit.server.calls.RunningCalls}, which any thread may ask, and {@link
 * dev.adit.server.calls.LoopCalls} with {@link dev.adit.server.calls.RunningCall}, which are
 * confined to one event loop.
 */
@NullMarked
package dev.adit.server.calls;

import org.jspecify.annotations.NullMarked;
