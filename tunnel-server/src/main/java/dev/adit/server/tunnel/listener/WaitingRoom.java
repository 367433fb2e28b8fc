package dev.adit.server.tunnel.listener;

import dev.adit.core.peer.PeerNetwork;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for a turn: networks take turns, and within one who came first is first, so that nobody
 * waits the longer because another network sends many. Bounded; confined to a loop.
 *
 * @param <C> who waits
 */
final class WaitingRoom<C> {
  private final int most;
  private final int mostOfOne;

  // state: no entry for a network of which nobody waits; whose turn is next comes first
  private final Map<PeerNetwork, ArrayDeque<C>> byNetwork = new LinkedHashMap<>();
  private int size;

  /**
   * @param most who may wait
   * @param mostOfOne of them, those of one network
   */
  WaitingRoom(int most, int mostOfOne) {
    this.most = most;
    this.mostOfOne = mostOfOne;
  }

  boolean isEmpty() {
    return size == 0;
  }

  /**
   * Lets one in. In a full room the first of its network has the place of the last of the network
   * that has the most.
   *
   * @return who has to go: another, or the one that came; null: nobody
   */
  @Nullable C add(PeerNetwork network, C waiting) {
    @Nullable ArrayDeque<C> queue = byNetwork.get(network);
    if (queue == null) {
      @Nullable C out = size < most ? null : takeLastOfMost();
      queue = new ArrayDeque<>(2);
      queue.add(waiting);
      byNetwork.put(network, queue);
      size++;
      return out;
    }
    if (size >= most || queue.size() >= mostOfOne) {
      return waiting;
    }
    queue.add(waiting);
    size++;
    return null;
  }

  private C takeLastOfMost() {
    Iterator<Map.Entry<PeerNetwork, ArrayDeque<C>>> entries = byNetwork.entrySet().iterator();
    Map.Entry<PeerNetwork, ArrayDeque<C>> longest = entries.next();
    while (entries.hasNext()) {
      Map.Entry<PeerNetwork, ArrayDeque<C>> each = entries.next();
      longest = each.getValue().size() > longest.getValue().size() ? each : longest;
    }
    C last = longest.getValue().removeLast();
    if (longest.getValue().isEmpty()) {
      byNetwork.remove(longest.getKey());
    }
    size--;
    return last;
  }

  /** Takes whose turn it is; null: nobody waits. */
  @Nullable C next() {
    Iterator<Map.Entry<PeerNetwork, ArrayDeque<C>>> entries = byNetwork.entrySet().iterator();
    if (!entries.hasNext()) {
      return null;
    }
    Map.Entry<PeerNetwork, ArrayDeque<C>> first = entries.next();
    PeerNetwork network = first.getKey();
    ArrayDeque<C> queue = first.getValue();
    entries.remove();
    C next = queue.remove();
    size--;
    if (!queue.isEmpty()) {
      byNetwork.put(network, queue);
    }
    return next;
  }
}
