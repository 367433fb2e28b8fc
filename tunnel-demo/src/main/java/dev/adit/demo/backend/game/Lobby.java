package dev.adit.demo.backend.game;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Who is in which room. Any thread. */
final class Lobby {
  // shared, guarded by this
  private final Map<String, Set<String>> playersByRoom = new HashMap<>();

  /** Lets a player in and returns who is in the room now. */
  synchronized String join(String room, String player) {
    playersByRoom.computeIfAbsent(room, unseen -> new TreeSet<>()).add(player);
    return players(room);
  }

  /** Lets a player out and returns who is in the room now; an empty room is forgotten. */
  synchronized String leave(String room, String player) {
    playersByRoom.computeIfPresent(
        room,
        (name, players) -> {
          players.remove(player);
          return players.isEmpty() ? null : players;
        });
    return players(room);
  }

  /** The players of a room by name, with commas between them. */
  synchronized String players(String room) {
    return String.join(",", playersByRoom.getOrDefault(room, Set.of()));
  }
}
