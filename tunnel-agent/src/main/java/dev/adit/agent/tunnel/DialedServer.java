package dev.adit.agent.tunnel;

import dev.adit.core.config.HostPort;
import dev.adit.core.tunnel.TunnelStream;
import java.util.List;

/**
 * How one address of a configured server stands.
 *
 * @param address empty: the server's name has none
 * @param problem why there is no tunnel; empty: there is one, or none was lost or refused yet
 * @param tunnels those that take calls
 */
public record DialedServer(
    HostPort server, String address, String problem, List<TunnelStream> tunnels) {
  public DialedServer {
    tunnels = List.copyOf(tunnels);
  }
}
