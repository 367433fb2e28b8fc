package dev.adit.server.dispatch;

import dev.adit.core.name.GroupName;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * What has become of copies of calls, which nobody else is told of. Any thread. Bounded: past
 * {@value #MAX_SERIES} the groups of others count as other.
 */
final class MirrorCounts {
  static final int MAX_SERIES = 1000;

  /** Of a copy that a backend has answered, whatever it said. */
  static final String ANSWERED = "";

  /** Of one that was not sent, since too many ran. */
  static final String LEFT_OUT = "left-out";

  private record Key(String group, String reason) {}

  // shared
  private final Map<Key, LongAdder> counts = new ConcurrentHashMap<>();

  /**
   * A copy is over.
   *
   * @param reason one of the above, or Adit's token for why it failed
   */
  void add(GroupName group, String reason) {
    Key key = new Key(group.value(), reason);
    LongAdder count = counts.get(key);
    if (count == null) {
      Key kept = counts.size() < MAX_SERIES ? key : new Key("other", reason);
      count = counts.computeIfAbsent(kept, absent -> new LongAdder());
    }
    count.increment();
  }

  /** How many there were, by group and reason. */
  Map<List<String>, Long> all() {
    Map<List<String>, Long> all = new HashMap<>();
    counts.forEach((key, count) -> all.put(List.of(key.group(), key.reason()), count.sum()));
    return all;
  }
}
