package dev.adit.server.routing;

import dev.adit.core.call.CallHeaders;
import dev.adit.core.match.MatchEntry;
import dev.adit.core.match.table.Explained;
import dev.adit.core.match.table.MatchTable;
import dev.adit.core.name.GroupName;
import dev.adit.server.policy.GroupConfig;
import dev.adit.server.policy.auth.JwtPolicy;
import dev.adit.server.policy.auth.JwtVerifier;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All rules of one moment, compiled. Immutable but for caches and counts; any thread. */
public final class RoutingTable {

  /** No rules at all: every call ends with no-rule. */
  public static final RoutingTable EMPTY = of("", List.of(), Map.of(), null);

  private final String hash;
  private final List<Rule> rules;
  private final Map<RuleName, Route> routes;
  private final MatchTable<Route> matches;
  private final Map<GroupName, GroupConfig> groups;
  private final Map<JwtPolicy, JwtVerifier> verifiers;

  private RoutingTable(
      String hash,
      List<Rule> rules,
      Map<RuleName, Route> routes,
      Map<GroupName, GroupConfig> groups,
      Map<JwtPolicy, JwtVerifier> verifiers) {
    this.hash = hash;
    this.rules = List.copyOf(rules);
    this.routes = routes;
    this.groups = Map.copyOf(groups);
    this.verifiers = Map.copyOf(verifiers);
    List<MatchEntry<Route>> entries = new ArrayList<>();
    for (Route route : routes.values()) {
      Rule rule = route.rule();
      entries.add(new MatchEntry<>(rule.hosts(), rule.matches(), rule.priority(), route));
    }
    this.matches = MatchTable.of(entries);
  }

  /**
   * Compiles rules, an earlier one winning ties.
   *
   * @param hash of the files they come from
   * @param before the table they replace, whose counts go on; null if there is none
   */
  public static RoutingTable of(
      String hash,
      List<Rule> rules,
      Map<GroupName, GroupConfig> groups,
      @Nullable RoutingTable before) {
    Map<RuleName, Route> routes = new LinkedHashMap<>();
    Map<JwtPolicy, JwtVerifier> verifiers = new HashMap<>();
    for (Rule rule : rules) {
      @Nullable Route known = before == null ? null : before.routes.get(rule.name());
      @Nullable Route twin =
          routes.put(rule.name(), Route.of(rule, known, verifier(rule, verifiers, before)));
      if (twin != null) {
        throw new IllegalArgumentException("two rules are named " + rule.name());
      }
    }
    return new RoutingTable(hash, rules, routes, groups, verifiers);
  }

  /** Rules that accept the same tokens share what is known of them, and so do tables. */
  private static @Nullable JwtVerifier verifier(
      Rule rule, Map<JwtPolicy, JwtVerifier> verifiers, @Nullable RoutingTable before) {
    @Nullable JwtPolicy policy = rule.auth() == null ? null : rule.auth().jwt();
    if (policy == null) {
      return null;
    }
    @Nullable JwtVerifier known = before == null ? null : before.verifiers.get(policy);
    return verifiers.computeIfAbsent(policy, p -> known == null ? new JwtVerifier(p) : known);
  }

  /** The route of the winning rule, or null if none matches. */
  public @Nullable Route route(CallHeaders headers) {
    return matches.find(headers, null);
  }

  /** What became of every rule when this call was looked up. */
  public List<Explained<Route>> explain(CallHeaders headers) {
    return matches.explain(headers, null);
  }

  /** SHA-256 of the files' names and contents, or empty. */
  public String hash() {
    return hash;
  }

  /** The rules, in the order of file name and position. */
  public List<Rule> rules() {
    return rules;
  }

  /** What is handed to groups' agents, by group. */
  public Map<GroupName, GroupConfig> groups() {
    return groups;
  }
}
