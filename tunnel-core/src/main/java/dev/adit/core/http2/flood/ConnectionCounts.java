package dev.adit.core.http2.flood;

import dev.adit.core.peer.PeerCounts;
import io.netty.channel.socket.SocketChannel;
import org.jspecify.annotations.Nullable;

/** Which limit on the number of its connections a listener has reached. Any thread. */
public final class ConnectionCounts {
  private final PeerCounts counts;

  public ConnectionCounts(ConnectionLimits limits) {
    this(limits.maxConnections(), limits.maxConnectionsPerAddress());
  }

  /**
   * @param ofOne from one address
   */
  public ConnectionCounts(int all, int ofOne) {
    counts = new PeerCounts(all, ofOne);
  }

  /**
   * Counts a connection until it is closed.
   *
   * @return the limit that it would pass, and then it is not counted; null if it may stay
   */
  public @Nullable Flood tryAdd(SocketChannel channel) {
    return switch (counts.tryAdd(channel)) {
      case MAY_STAY -> null;
      case TOO_MANY -> Flood.MAX_CONNECTIONS;
      case TOO_MANY_OF_ONE -> Flood.MAX_CONNECTIONS_PER_ADDRESS;
    };
  }
}
