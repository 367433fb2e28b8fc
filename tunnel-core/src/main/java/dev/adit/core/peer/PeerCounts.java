package dev.adit.core.peer;

import io.netty.channel.Channel;
import java.net.SocketAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many connections a listener has now, in all and from each {@link PeerNetwork}. Any thread.
 */
public final class PeerCounts {
  private final int most;
  private final int mostOfOne;

  // shared
  private final AtomicInteger all = new AtomicInteger();

  /** No entry for a network without a connection. */
  private final ConcurrentMap<PeerNetwork, Integer> byNetwork = new ConcurrentHashMap<>();

  /** What becomes of a connection. */
  public enum Verdict {
    MAY_STAY,
    /** There are as many as there may be. */
    TOO_MANY,
    /** There are as many of its network as there may be. */
    TOO_MANY_OF_ONE
  }

  /**
   * @param most connections at a time
   * @param mostOfOne of them, those from one network
   */
  public PeerCounts(int most, int mostOfOne) {
    this.most = most;
    this.mostOfOne = mostOfOne;
  }

  /** Counts a connection until it is closed, unless it is one too many. */
  public Verdict tryAdd(Channel channel) {
    SocketAddress remote = channel.remoteAddress();
    if (remote == null) {
      // It has been closed already.
      return Verdict.MAY_STAY;
    }
    if (all.incrementAndGet() > most) {
      all.decrementAndGet();
      return Verdict.TOO_MANY;
    }
    PeerNetwork network = PeerNetwork.of(remote);
    if (byNetwork.merge(network, 1, Integer::sum) > mostOfOne) {
      remove(network);
      return Verdict.TOO_MANY_OF_ONE;
    }
    channel.closeFuture().addListener(closed -> remove(network));
    return Verdict.MAY_STAY;
  }

  private void remove(PeerNetwork network) {
    all.decrementAndGet();
    byNetwork.computeIfPresent(network, (same, count) -> count == 1 ? null : count - 1);
  }
}
