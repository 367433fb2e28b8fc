package dev.adit.server.routing;

import dev.adit.core.call.CallHeaders;
import dev.adit.core.match.MatchEntry;
import dev.adit.core.match.table.Explained;
import dev.adit.core.match.table.MatchTable;
import dev.adit.core.name.GroupName;
import dev.adit.server.policy.GroupConfig;
import dev.adit.server.policy.auth.AuthPolicy;
import dev.adit.server.policy.auth.JwtPolicy;
import dev.adit.server.policy.auth.JwtVerifier;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
  private final boolean hasAuth;

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
    hasAuth = rules.stream().anyMatch(rule -> rule.auth() != null);
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

  /**
   * The route of the winning rule, or null if none matches. A rule with {@code auth} also gets what
   * a backend may take for a call of it, from rules that let everybody in; what it may take for a
   * call of one of several that let others in, or in too many ways, none gets.
   */
  public @Nullable Route route(CallHeaders headers) {
    @Nullable Route route = matches.find(headers, null);
    return hasAuth && route != null ? guarded(route, headers) : route;
  }

  private @Nullable Route guarded(Route written, CallHeaders headers) {
    Route decided = written;
    @Nullable List<CallHeaders> readings = OtherReadings.of(headers);
    if (readings == null) {
      return null;
    }
    for (CallHeaders reading : readings) {
      @Nullable Route other = matches.find(reading, null);
      @Nullable AuthPolicy auth = decided.rule().auth();
      if (other != null && other.rule().auth() != null && !other.rule().auth().equals(auth)) {
        if (auth != null) {
          return null;
        }
        decided = other;
      }
    }
    return decided;
  }

  /** What became of every rule when this call was looked up. */
  public List<Explained<Route>> explain(CallHeaders headers) {
    return matches.explain(decisive(headers), null);
  }

  /** The reading of a call that decides. */
  private CallHeaders decisive(CallHeaders headers) {
    @Nullable Route route = route(headers);
    if (route == null || route == matches.find(headers, null)) {
      return headers;
    }
    return Objects.requireNonNull(OtherReadings.of(headers)).stream()
        .filter(reading -> matches.find(reading, null) == route)
        .findFirst()
        .orElse(headers);
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
