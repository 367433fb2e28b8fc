package dev.adit.demo.backend.game;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** How many points each player has. Any thread. */
final class ScoreBoard {
  private static final int TOP = 10;

  // shared, guarded by this
  private final Map<String, Long> pointsByPlayer = new HashMap<>();

  /** Adds points and returns the player's sum. */
  synchronized long add(String player, long points) {
    return pointsByPlayer.merge(player, points, Long::sum);
  }

  /** The ten best as {@code player=points}, most points first, with commas between them. */
  synchronized String top() {
    return pointsByPlayer.entrySet().stream()
        .sorted(
            Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                .thenComparing(Map.Entry.comparingByKey()))
        .limit(TOP)
        .map(entry -> entry.getKey() + "=" + entry.getValue())
        .collect(Collectors.joining(","));
  }
}
