/**
 * Who is at the other end of connections that are accepted, as far as its address tells. Public:
 * {@link dev.adit.core.peer.PeerNetwork}, {@link dev.adit.core.peer.PeerCounts}. Any thread.
 */
@NullMarked
package dev.adit.core.peer;

import org.jspecify.annotations.NullMarked;
