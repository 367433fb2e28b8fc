package dev.adit.agent.tunnel;

import dev.adit.core.config.HostPort;
import dev.adit.core.tunnel.TunnelStream;
import java.net.SocketAddress;
import java.util.List;
import java.util.stream.Stream;

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

  /**
   * How an address stands whose tunnels are up or not.
   *
   * @param lastEnd why the last tunnel or dial has ended
   */
  static DialedServer of(
      HostPort server, SocketAddress address, String lastEnd, Stream<DialedTunnel> up) {
    List<TunnelStream> streams = up.flatMap(each -> Stream.ofNullable(each.stream())).toList();
    return new DialedServer(
        server, TunnelChannels.text(address), streams.isEmpty() ? lastEnd : "", streams);
  }
}
