package dev.adit.server.tunnel;

import dev.adit.core.drain.Drain;
import dev.adit.core.tunnel.TunnelSettings;
import dev.adit.server.metrics.TunnelMetrics;
import dev.adit.server.registry.AgentRegistry;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.List;

/**
 * What every tunnel of this server begins with.
 *
 * @param serverId names this run of the server
 * @param version of this build
 * @param loops the event loops of the entry; a tunnel's number is its loop's place here
 * @param configs what groups' agents are handed when they join
 * @param renewAfter age at which an agent replaces a tunnel
 * @param maxCallsPerAgent calls in flight one agent is given at most
 * @param maxHeaderBytes of one head or of trailers
 * @param metrics counts what becomes of tunnels
 */
public record TunnelGreeting(
    String serverId,
    String version,
    List<EventLoop> loops,
    AgentRegistry registry,
    ConfigHandout configs,
    Drain drain,
    TunnelSettings settings,
    Duration renewAfter,
    int maxCallsPerAgent,
    int maxHeaderBytes,
    TunnelMetrics metrics) {
  public TunnelGreeting {
    loops = List.copyOf(loops);
  }

  /** The loop that this thread is. */
  EventLoop currentLoop() {
    for (EventLoop loop : loops) {
      if (loop.inEventLoop()) {
        return loop;
      }
    }
    throw new IllegalStateException("a tunnel must be accepted on one of the server's event loops");
  }
}
