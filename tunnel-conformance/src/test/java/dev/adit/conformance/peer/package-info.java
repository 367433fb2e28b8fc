/**
 * HTTP/2 peers that write any bytes they are told to and see every frame: callers and backends good
 * and bad. Public: {@link dev.adit.conformance.peer.RawConnection}, {@link
 * dev.adit.conformance.peer.RawStream}, {@link dev.adit.conformance.peer.RawBackend}, {@link
 * dev.adit.conformance.peer.Answer} and what they pass around. Any thread; every wait has a bound.
 */
@NullMarked
package dev.adit.conformance.peer;

import org.jspecify.annotations.NullMarked;
