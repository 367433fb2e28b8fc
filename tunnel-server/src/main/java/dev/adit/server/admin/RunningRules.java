package dev.adit.server.admin;

import dev.adit.core.name.GroupName;
import dev.adit.server.registry.RegistrySnapshot;
import dev.adit.server.routing.RoutingTable;
import dev.adit.server.rules.check.RuleDigest;
import java.util.List;

/**
 * What {@code /rules} answers: the rules in force, to be compared with others.
 *
 * @param version of the server, whose hashes of rules are comparable only with its own
 * @param hash of the files
 * @param connectedGroups groups that have an agent now
 */
public record RunningRules(
    String version, String hash, List<RuleDigest> rules, List<String> connectedGroups) {

  /** The rules of a table and the groups of a registry. */
  public static RunningRules of(String version, RoutingTable table, RegistrySnapshot registry) {
    return new RunningRules(
        version,
        table.hash(),
        RuleDigest.of(table.rules(), table.groups().values()),
        registry.groups().stream().map(group -> group.name().value()).sorted().toList());
  }

  /** Whether a group has an agent now. */
  public boolean isConnected(GroupName group) {
    return connectedGroups.contains(group.value());
  }
}
