package dev.adit.demo.backend.engine;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** How much of each symbol each project holds; negative is short. Any thread. */
final class Ledger {
  // shared, guarded by this
  private final Map<String, Map<String, Long>> byProject = new HashMap<>();

  /** Adds {@code change} to a position and returns what it is now. */
  synchronized long trade(String project, String symbol, long change) {
    return byProject
        .computeIfAbsent(project, unseen -> new TreeMap<>())
        .merge(symbol, change, Long::sum);
  }

  /** A copy of the project's positions, by symbol. */
  synchronized Map<String, Long> positions(String project) {
    return new TreeMap<>(byProject.getOrDefault(project, Map.of()));
  }
}
