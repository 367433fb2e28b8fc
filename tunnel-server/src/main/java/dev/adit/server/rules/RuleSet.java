package dev.adit.server.rules;

import dev.adit.core.name.GroupName;
import dev.adit.server.policy.GroupConfig;
import dev.adit.server.routing.RoutingTable;
import dev.adit.server.routing.Rule;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a directory of rule files says.
 *
 * @param hash of the files
 * @param files how many there are
 * @param tests the cases written beside the rules
 */
public record RuleSet(
    String hash,
    int files,
    List<Rule> rules,
    Map<GroupName, GroupConfig> groups,
    List<RuleTestCase> tests) {

  public RuleSet {
    rules = List.copyOf(rules);
    groups = Map.copyOf(groups);
    tests = List.copyOf(tests);
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
