/**
 * One tunnel stream: many calls on one bidirectional gRPC stream between server and agent. Public:
 * {@link dev.adit.core.tunnel.TunnelStream}, {@link dev.adit.core.tunnel.TunnelListener}, {@link
 * dev.adit.core.tunnel.ProxyMethod} and the transports over gRPC. Everything here is confined to
 * the event loop of the tunnel's connection; {@link dev.adit.core.tunnel.CrossLoop} is how a call
 * of another loop gets here.
 */
@NullMarked
package dev.adit.core.tunnel;

import org.jspecify.annotations.NullMarked;
