/**
 * Dials the servers and keeps the tunnels up. Public: {@link dev.adit.agent.tunnel.TunnelDialer},
 * {@link dev.adit.agent.tunnel.TunnelPlan}, {@link dev.adit.agent.tunnel.DialedServer}. A tunnel is
 * confined to the loop of its connection; the dialer to one loop of its own choice, and tunnels
 * talk to it by tasks.
 */
@NullMarked
package dev.adit.agent.tunnel;

import org.jspecify.annotations.NullMarked;
