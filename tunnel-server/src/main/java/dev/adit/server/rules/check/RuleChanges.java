package dev.adit.server.rules.check;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What would change if one set of rules replaced another.
 *
 * @param reordered the rules that stay are written in another order, which decides between rules
 *     that rank alike
 */
public record RuleChanges(
    List<RuleDigest> added,
    List<RuleDigest> changed,
    List<RuleDigest> removed,
    int unchanged,
    boolean reordered) {

  public RuleChanges {
    added = List.copyOf(added);
    changed = List.copyOf(changed);
    removed = List.copyOf(removed);
  }

  /** What {@code after} would change of {@code before}. */
  public static RuleChanges between(List<RuleDigest> before, List<RuleDigest> after) {
    Map<String, RuleDigest> gone = new LinkedHashMap<>();
    before.forEach(rule -> gone.put(rule.name(), rule));
    List<RuleDigest> added = new ArrayList<>();
    List<RuleDigest> changed = new ArrayList<>();
    List<String> stay = new ArrayList<>();
    int unchanged = 0;
    for (RuleDigest rule : after) {
      @Nullable RuleDigest was = gone.remove(rule.name());
      if (was == null) {
        added.add(rule);
        continue;
      }
      stay.add(rule.name());
      if (was.hash().equals(rule.hash())) {
        unchanged++;
      } else {
        changed.add(rule);
      }
    }
    List<String> stayed =
        before.stream().map(RuleDigest::name).filter(name -> !gone.containsKey(name)).toList();
    return new RuleChanges(
        added, changed, List.copyOf(gone.values()), unchanged, !stayed.equals(stay));
  }

  /** Nothing would change. */
  public boolean isEmpty() {
    return added.isEmpty() && changed.isEmpty() && removed.isEmpty() && !reordered;
  }

  /** The changes for people. */
  public String toText() {
    StringBuilder text = new StringBuilder();
    lines(text, "added", added);
    lines(text, "changed", changed);
    lines(text, "removed", removed);
    if (reordered) {
      text.append("reordered  among rules that rank alike, the earlier one wins\n");
    }
    return text.append("unchanged  ").append(unchanged).append(" rules and groups\n").toString();
  }

  private static void lines(StringBuilder text, String what, List<RuleDigest> rules) {
    for (RuleDigest rule : rules) {
      text.append(String.format("%-9s  %s  (%s)%n", what, rule.name(), rule.place()));
    }
  }
}
