/**
 * The reading path of an edge: frames are found, checked and told in one pass, without an object
 * for each. {@link dev.adit.core.http2.EdgeBuilder} puts it under Netty's codec. Confined to the
 * loop of one connection.
 */
@NullMarked
package dev.adit.core.http2.read;

import org.jspecify.annotations.NullMarked;
