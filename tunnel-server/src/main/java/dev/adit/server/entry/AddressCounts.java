package dev.adit.server.entry;

import io.netty.channel.socket.SocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** How many connections each IP address has now, up to a limit. Any thread. */
final class AddressCounts {
  private final int most;

  // shared: no entry for an address without a connection
  private final ConcurrentMap<InetAddress, Integer> counts = new ConcurrentHashMap<>();

  AddressCounts(int most) {
    this.most = most;
  }

  /** Counts a connection until it is closed; false if its address has too many. */
  boolean tryAdd(SocketChannel channel) {
    InetSocketAddress remote = channel.remoteAddress();
    if (remote == null) {
      // It has been closed already.
      return true;
    }
    InetAddress address = remote.getAddress();
    if (counts.merge(address, 1, Integer::sum) > most) {
      remove(address);
      return false;
    }
    channel.closeFuture().addListener(closed -> remove(address));
    return true;
  }

  private void remove(InetAddress address) {
    counts.computeIfPresent(address, (same, count) -> count == 1 ? null : count - 1);
  }
}
