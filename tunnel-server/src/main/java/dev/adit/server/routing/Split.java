package dev.adit.server.routing;

import dev.adit.core.name.GroupName;
import dev.adit.server.policy.GroupShare;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Shares calls among groups in proportion to their weights, evenly spread (smooth weighted round
 * robin); a group without a live agent yields its share to the others. Any thread, without locks.
 */
final class Split {

  /*
   * Nginx's algorithm needs a lock, for each pick changes every part's current weight. But its picks
   * repeat after sum(weights) / gcd of them: so they are computed once for each set of live groups
   * that is met, and a pick is one step of a counter through that list.
   */

  /** More parts than that would make too many sets of live ones. */
  static final int MAX_PARTS = 8;

  /** Keeps the list of picks short. */
  static final int MAX_WEIGHT = 10_000;

  private final List<GroupShare> parts;

  // shared: each element is set once to an immutable list with an atomic counter; a race only makes
  // one of two equal lists win
  private final AtomicReferenceArray<Sequence> sequences;

  Split(List<GroupShare> parts) {
    if (parts.isEmpty() || parts.size() > MAX_PARTS) {
      throw new IllegalArgumentException(parts.size() + " parts, allowed are 1 to " + MAX_PARTS);
    }
    this.parts = List.copyOf(parts);
    this.sequences = new AtomicReferenceArray<>(1 << parts.size());
  }

  /** The group whose turn it is among the live ones, or null if none is. */
  @Nullable GroupName choose(Predicate<GroupName> isLive) {
    if (parts.size() == 1) {
      GroupName only = parts.get(0).group();
      return isLive.test(only) ? only : null;
    }
    int live = 0;
    for (int i = 0; i < parts.size(); i++) {
      live |= isLive.test(parts.get(i).group()) ? 1 << i : 0;
    }
    return live == 0 ? null : parts.get(sequence(live).next()).group();
  }

  private Sequence sequence(int live) {
    @Nullable Sequence known = sequences.get(live);
    if (known != null) {
      return known;
    }
    sequences.compareAndSet(live, null, new Sequence(picks(live)));
    return sequences.get(live);
  }

  private byte[] picks(int live) {
    int sum = 0;
    int divisor = 0;
    for (int i = 0; i < parts.size(); i++) {
      int weight = weight(i, live);
      sum += weight;
      divisor = gcd(divisor, weight);
    }
    byte[] picks = new byte[sum / divisor];
    long[] current = new long[parts.size()];
    for (int n = 0; n < picks.length; n++) {
      int best = -1;
      for (int i = 0; i < current.length; i++) {
        current[i] += weight(i, live);
        best = weight(i, live) > 0 && (best < 0 || current[i] > current[best]) ? i : best;
      }
      current[best] -= sum;
      picks[n] = (byte) best;
    }
    return picks;
  }

  private int weight(int part, int live) {
    return (live & 1 << part) == 0 ? 0 : parts.get(part).weight();
  }

  private static int gcd(int a, int b) {
    return b == 0 ? a : gcd(b, a % b);
  }

  /** The picks of one set of live groups, and whose turn it is. */
  private static final class Sequence {
    private final byte[] picks;
    private final AtomicInteger turn = new AtomicInteger();

    Sequence(byte[] picks) {
      this.picks = picks;
    }

    int next() {
      return picks[Integer.remainderUnsigned(turn.getAndIncrement(), picks.length)];
    }
  }
}
