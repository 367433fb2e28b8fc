package dev.adit.server.admin.live;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The server at one moment, as the page shows it.
 *
 * @param since when it was started
 * @param memory in use as a share of the limit
 * @param second what the last second was like; null in the first
 * @param agents connected
 * @param unhealthyAgents those that some group passes over now
 * @param moreGroups groups that are left out
 * @param rulesCurrent whether the rules in force are those on disk
 * @param moreRules rules that are left out
 * @param unmatched calls that no rule has matched
 */
record LivePicture(
    String state,
    String version,
    String since,
    long running,
    long total,
    long connections,
    double memory,
    RateHistory.@Nullable Second second,
    int agents,
    int unhealthyAgents,
    List<Group> groups,
    int moreGroups,
    List<FailureGroups.Group> failures,
    boolean rulesCurrent,
    String rulesSince,
    List<RuleRates.Row> rules,
    int moreRules,
    long unmatched,
    List<String> warnings) {

  /**
   * A group that has agents.
   *
   * @param healthy agents that are heard and whose backends are not all down
   * @param capacity calls that its agents take together
   * @param rttMicros the shortest last round trip to any of them; -1: not measured yet
   * @param upstreams each with its backends that can be used, of all agents together
   */
  record Group(
      String name,
      int agents,
      int healthy,
      long calls,
      long capacity,
      long rttMicros,
      List<Upstream> upstreams) {}

  /** Backends of one upstream, of all agents of a group together. */
  record Upstream(String name, long backends, long healthy) {}
}
