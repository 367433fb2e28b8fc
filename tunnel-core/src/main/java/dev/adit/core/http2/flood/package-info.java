/**
 * Limits on what a peer may send of frames that cost work and carry no call. Public: {@link
 * dev.adit.core.http2.flood.FloodGuard}, {@link dev.adit.core.http2.flood.FloodLimits}, {@link
 * dev.adit.core.http2.flood.Flood}, {@link dev.adit.core.http2.flood.QuickResets}. Confined to the
 * loop of a connection.
 */
@NullMarked
package dev.adit.core.http2.flood;

import org.jspecify.annotations.NullMarked;
