package dev.adit.agent.backend;

import java.util.ArrayList;
import java.util.List;

/**
 * Smooth weighted round robin, worked out once: the order repeats after as many turns as all
 * weights together, without their common divisor.
 */
final class WeightedTurns {
  private WeightedTurns() {}

  static List<Backend> of(List<Backend> backends) {
    int sum = 0;
    int divisor = 0;
    for (Backend backend : backends) {
      sum += backend.weight();
      divisor = gcd(divisor, backend.weight());
    }
    long[] current = new long[backends.size()];
    List<Backend> turns = new ArrayList<>();
    for (int n = 0; n < sum / divisor; n++) {
      int best = 0;
      for (int i = 0; i < current.length; i++) {
        current[i] += backends.get(i).weight();
        best = current[i] > current[best] ? i : best;
      }
      current[best] -= sum;
      turns.add(backends.get(best));
    }
    return List.copyOf(turns);
  }

  private static int gcd(int a, int b) {
    return b == 0 ? a : gcd(b, a % b);
  }
}
