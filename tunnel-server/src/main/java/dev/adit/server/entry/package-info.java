/**
 * The public listeners: who may connect, how they are kept, and going away. Public: {@link
 * dev.adit.server.entry.EntryServer}, {@link dev.adit.server.entry.EntryTls}. Any thread; what
 * concerns a connection happens on its event loop.
 */
@NullMarked
package dev.adit.server.entry;

import org.jspecify.annotations.NullMarked;
