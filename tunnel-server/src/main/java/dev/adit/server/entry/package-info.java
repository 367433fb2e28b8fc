/**
 * The public HTTP/2 listener: turns requests into calls and what comes back into responses. Public:
 * {@link dev.adit.server.entry.EntryServer}, {@link dev.adit.server.entry.EntryContext}. A
 * connection and its calls are confined to the connection's event loop.
 */
@NullMarked
package dev.adit.server.entry;

import org.jspecify.annotations.NullMarked;
