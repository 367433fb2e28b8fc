/**
 * A caller's connection and the calls on it: requests to calls, and answers back. Public: {@link
 * dev.adit.server.entry.call.EntryStreamHandler}, which makes a connection's handler, and what
 * every call needs in {@link dev.adit.server.entry.call.EntryContext}. A connection and its calls
 * are confined to one event loop.
 */
@NullMarked
package dev.adit.server.entry.call;

import org.jspecify.annotations.NullMarked;
