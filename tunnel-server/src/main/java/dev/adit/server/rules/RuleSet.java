package dev.adit.server.rules;

import dev.adit.core.name.GroupName;
import dev.adit.core.status.Sheet;
import dev.adit.server.policy.GroupConfig;
import dev.adit.server.routing.RoutingTable;
import dev.adit.server.routing.Rule;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a directory of rule files says.
 *
 * @param hash of the files
 * @param files how many there are
 * @param tests the cases written beside the rules
 * @param directory where they stand
 */
public record RuleSet(
    String hash,
    int files,
    List<Rule> rules,
    Map<GroupName, GroupConfig> groups,
    List<RuleTestCase> tests,
    Directory directory) {

  /**
   * What the directory looks like beside what it says.
   *
   * @param unread files that look like rule files but for the end of their names
   * @param isEmpty no file has a rule, not even one that cannot be used
   */
  public record Directory(Path path, List<Path> unread, boolean isEmpty) {
    public Directory {
      unread = List.copyOf(unread);
    }
  }

  public RuleSet {
    rules = List.copyOf(rules);
    groups = Map.copyOf(groups);
    tests = List.copyOf(tests);
  }

  /** How much it is, in words. */
  public String extent() {
    return Sheet.count(rules.size(), "rule", "rules")
        + " in "
        + Sheet.count(files, "file", "files");
  }

  /**
   * The rules, compiled.
   *
   * @param before the table they replace, whose counts go on
   */
  public RoutingTable toTable(@Nullable RoutingTable before) {
    return RoutingTable.of(hash, rules, groups, before);
  }
}
