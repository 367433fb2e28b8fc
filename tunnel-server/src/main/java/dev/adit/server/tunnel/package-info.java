/**
 * Those who dial the tunnels' port: proves who they are, greets them and enters their tunnels in
 * the registry. Public: {@link dev.adit.server.tunnel.TunnelService}, {@link
 * dev.adit.server.tunnel.TunnelGreeting}. A tunnel is confined to the loop of its connection.
 */
@NullMarked
package dev.adit.server.tunnel;

import org.jspecify.annotations.NullMarked;
