/**
 * One tunnel stream: many calls between a server and an agent, over any transport. Public: {@link
 * dev.adit.core.tunnel.TunnelStream}, {@link dev.adit.core.tunnel.TunnelListener}, {@link
 * dev.adit.core.tunnel.TunnelTransport}. Everything here is confined to the event loop of the
 * tunnel's connection; a call of another loop has to hop there first.
 */
@NullMarked
package dev.adit.core.tunnel;

import org.jspecify.annotations.NullMarked;
