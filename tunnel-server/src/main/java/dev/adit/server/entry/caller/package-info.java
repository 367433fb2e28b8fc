/**
 * Finds out who makes a call: by the rule's tokens, or by the client certificate of the connection.
 * Public: {@link dev.adit.server.entry.caller.CallerCheck}, {@link
 * dev.adit.server.entry.caller.ConnectionCaller}, {@link
 * dev.adit.server.entry.caller.IdentityHeader}. The check may be used by any thread; the rest is
 * confined to the loop of a connection.
 */
@NullMarked
package dev.adit.server.entry.caller;

import org.jspecify.annotations.NullMarked;
