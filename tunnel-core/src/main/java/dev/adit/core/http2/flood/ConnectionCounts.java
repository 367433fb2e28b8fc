package dev.adit.core.http2.flood;

import io.netty.channel.socket.SocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** How many connections a listener has now, in all and from each IP address. Any thread. */
public final class ConnectionCounts {
  private final ConnectionLimits limits;

  // shared
  private final AtomicInteger all = new AtomicInteger();

  /** No entry for an address without a connection. */
  private final ConcurrentMap<InetAddress, Integer> byAddress = new ConcurrentHashMap<>();

  public ConnectionCounts(ConnectionLimits limits) {
    this.limits = limits;
  }

  /**
   * Counts a connection until it is closed.
   *
   * @return the limit that it would pass, and then it is not counted; null if it may stay
   */
  public @Nullable Flood tryAdd(SocketChannel channel) {
    InetSocketAddress remote = channel.remoteAddress();
    if (remote == null) {
      // It has been closed already.
      return null;
    }
    if (all.incrementAndGet() > limits.maxConnections()) {
      all.decrementAndGet();
      return Flood.MAX_CONNECTIONS;
    }
    InetAddress address = remote.getAddress();
    if (byAddress.merge(address, 1, Integer::sum) > limits.maxConnectionsPerAddress()) {
      remove(address);
      return Flood.MAX_CONNECTIONS_PER_ADDRESS;
    }
    channel.closeFuture().addListener(closed -> remove(address));
    return null;
  }

  private void remove(InetAddress address) {
    all.decrementAndGet();
    byAddress.computeIfPresent(address, (same, count) -> count == 1 ? null : count - 1);
  }
}
