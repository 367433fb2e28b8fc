/**
 * Limits on connections, and on what a peer may send of frames that cost work and carry no call.
 * Public: {@link dev.adit.core.http2.flood.ConnectionCounts} at the door of a listener; {@link
 * dev.adit.core.http2.flood.FloodGuard} in a codec of our own, {@link
 * dev.adit.core.http2.flood.FloodHandler} in front of another's; {@link
 * dev.adit.core.http2.flood.QuickResets}; {@link dev.adit.core.http2.flood.FloodLog} for who passed
 * a limit; the limits themselves. Confined to the loop of a connection but for the counts and the
 * log.
 */
@NullMarked
package dev.adit.core.http2.flood;

import org.jspecify.annotations.NullMarked;
