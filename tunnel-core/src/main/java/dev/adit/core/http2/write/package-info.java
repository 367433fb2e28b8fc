/**
 * The write path of an HTTP/2 connection at an edge: frames of a loop turn leave as one buffer, and
 * body bytes as far as the peer's windows go. {@link dev.adit.core.http2.EdgeBuilder} puts it under
 * Netty's codec. Confined to the loop of the connection.
 */
@NullMarked
package dev.adit.core.http2.write;

import org.jspecify.annotations.NullMarked;
