/**
 * What a call is: its head, its header fields, its two sides and the ways it can fail. Public: all
 * of it; the two sides of a call ({@link dev.adit.core.call.RequestSide}, {@link
 * dev.adit.core.call.ResponseSide}) are how every other package talks about a running call. Values
 * are immutable and usable from any thread unless a class says otherwise; a side is confined to one
 * event loop.
 */
@NullMarked
package dev.adit.core.call;

import org.jspecify.annotations.NullMarked;
