package dev.adit.server.rules.check;

import dev.adit.core.match.CallMatch;
import dev.adit.core.match.HostPattern;
import dev.adit.core.match.TextMatch;
import dev.adit.core.name.GroupName;
import dev.adit.server.policy.GroupConfig;
import dev.adit.server.policy.RetryPolicy;
import dev.adit.server.routing.Rule;
import dev.adit.server.rules.RuleSet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds files that are not read, rules that can never decide, groups that nobody can serve, and
 * settings that clash.
 */
public final class RuleLint {

  /** Pairs of lines that are compared at most; a set of 100,000 rules must not stall a reload. */
  private static final int MAX_PAIRS = 2_000_000;

  /** Files that are told not to be read; a directory full of other things must not fill a log. */
  private static final int MOST_UNREAD = 10;

  private final List<LintFinding> findings = new ArrayList<>();
  private int pairsLeft = MAX_PAIRS;

  private RuleLint() {}

  /**
   * What is odd in a set of rules.
   *
   * @param isServable whether any agent may serve a group; always true if that is not known
   */
  public static List<LintFinding> lint(RuleSet rules, Predicate<GroupName> isServable) {
    RuleLint lint = new RuleLint();
    for (Rule rule : rules.rules()) {
      lint.groups(rule, isServable);
      lint.settings(rule);
    }
    rules.groups().values().forEach(group -> lint.handed(group, isServable));
    lint.unreachable(rules.rules());
    lint.directory(rules.directory());
    return List.copyOf(lint.findings);
  }

  private void groups(Rule rule, Predicate<GroupName> isServable) {
    for (GroupName group : rule.groups()) {
      if (!isServable.test(group)) {
        findings.add(
            new LintFinding(rule, "no agent may serve group '" + group + "'; see agents.yaml"));
      }
    }
  }

  private void handed(GroupConfig group, Predicate<GroupName> isServable) {
    if (!isServable.test(group.name())) {
      findings.add(new LintFinding(group, "no agent may serve it; see agents.yaml"));
    }
    if (group.namesFiles()) {
      findings.add(
          new LintFinding(
              group,
              "names files under tls, which agents never take from a server; leave them out"));
    }
  }

  private void directory(RuleSet.Directory directory) {
    if (directory.isEmpty()) {
      findings.add(
          new LintFinding(directory.path(), "no rule: every call is refused (reason no-rule)"));
    }
    directory.unread().stream()
        .limit(MOST_UNREAD)
        .forEach(
            file ->
                findings.add(
                    new LintFinding(file, "is not read: names of rule files end with .yaml")));
  }

  private void settings(Rule rule) {
    boolean pointless = rule.to().stream().anyMatch(to -> to.group().equals(rule.fallback()));
    if (pointless) {
      findings.add(new LintFinding(rule, "falls back to a group it already goes to"));
    }
    if (rule.auth() != null
        && rule.auth().jwt() != null
        && rule.auth().jwt().audiences().isEmpty()) {
      findings.add(
          new LintFinding(
              rule, "accepts JWTs that were issued for other services; name its own audience"));
    }
    @Nullable RetryPolicy retry = rule.retry();
    if (retry != null
        && retry.perAttemptTimeout() != null
        && rule.timeout() != null
        && retry.perAttemptTimeout().compareTo(rule.timeout()) >= 0) {
      findings.add(new LintFinding(rule, "perAttemptTimeout is no shorter than timeout"));
    }
  }

  /** One host with one match of a rule. */
  private record Line(Rule rule, @Nullable HostPattern host, CallMatch match) {
    boolean covers(Line other) {
      return Coverage.covers(host, other.host) && Coverage.covers(match, other.match);
    }
  }

  /** Lines that rank alike but for their headers: among them the earlier one wins. */
  private record Rank(
      @Nullable HostPattern host,
      @Nullable TextMatch service,
      @Nullable TextMatch method,
      @Nullable TextMatch path,
      int headers) {
    static Rank of(Line line) {
      CallMatch match = line.match;
      return new Rank(
          line.host, match.service(), match.method(), match.path(), match.headers().size());
    }
  }

  private void unreachable(List<Rule> rules) {
    Map<Integer, List<Line>> byPriority = new TreeMap<>((a, b) -> Integer.compare(b, a));
    for (Rule rule : rules) {
      byPriority.computeIfAbsent(rule.priority(), p -> new ArrayList<>()).addAll(lines(rule));
    }
    List<Line> higher = new ArrayList<>();
    Map<Rule, List<Line>> dead = new HashMap<>();
    Map<Line, Rule> killers = new HashMap<>();
    for (List<Line> lines : byPriority.values()) {
      Map<Rank, List<Line>> earlier = new HashMap<>();
      for (Line line : lines) {
        List<Line> alike = earlier.computeIfAbsent(Rank.of(line), rank -> new ArrayList<>());
        @Nullable Line killer = cover(alike, line);
        killer = killer == null ? cover(higher, line) : killer;
        if (killer == null) {
          alike.add(line);
        } else {
          dead.computeIfAbsent(line.rule, rule -> new ArrayList<>()).add(line);
          killers.putIfAbsent(line, killer.rule);
        }
      }
      higher.addAll(lines);
    }
    dead.forEach((rule, lines) -> report(rule, lines, killers));
  }

  private @Nullable Line cover(Collection<Line> better, Line line) {
    for (Line candidate : better) {
      if (--pairsLeft < 0) {
        return null;
      }
      if (!candidate.rule.equals(line.rule) && candidate.covers(line)) {
        return candidate;
      }
    }
    return null;
  }

  private void report(Rule rule, List<Line> dead, Map<Line, Rule> killers) {
    Rule killer = Objects.requireNonNull(killers.get(dead.get(0)));
    boolean whole = dead.size() == lines(rule).size();
    String what = whole ? "can never decide" : "has a match that can never decide";
    findings.add(
        new LintFinding(
            rule, what + ": rule " + killer.name() + " (" + killer.place() + ") always wins"));
  }

  private static List<Line> lines(Rule rule) {
    List<CallMatch> matches = rule.matches().isEmpty() ? List.of(CallMatch.ANY) : rule.matches();
    List<Line> lines = new ArrayList<>();
    for (CallMatch match : matches) {
      if (rule.hosts().isEmpty()) {
        lines.add(new Line(rule, null, match));
      }
      rule.hosts().forEach(host -> lines.add(new Line(rule, host, match)));
    }
    return lines;
  }
}
