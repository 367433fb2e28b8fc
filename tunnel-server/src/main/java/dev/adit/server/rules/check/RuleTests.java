package dev.adit.server.rules.check;

import dev.adit.core.name.GroupName;
import dev.adit.server.routing.Route;
import dev.adit.server.routing.RoutingTable;
import dev.adit.server.routing.Rule;
import dev.adit.server.routing.RuleName;
import dev.adit.server.rules.RuleSet;
import dev.adit.server.rules.RuleTestCase;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What came of the tests written beside the rules.
 *
 * @param failures one line each: where, which call, what was expected and what happened
 * @param untested rules that no test reaches
 */
public record RuleTests(int run, List<String> failures, int rules, List<RuleName> untested) {

  public RuleTests {
    failures = List.copyOf(failures);
    untested = List.copyOf(untested);
  }

  /** Runs all tests of a set. */
  public static RuleTests run(RuleSet set) {
    RoutingTable table = set.toTable(null);
    Set<RuleName> untested = new LinkedHashSet<>();
    set.rules().forEach(rule -> untested.add(rule.name()));
    List<String> failures = new ArrayList<>();
    for (RuleTestCase test : set.tests()) {
      @Nullable Route route = table.route(test.call());
      @Nullable Rule rule = route == null ? null : route.rule();
      if (rule != null) {
        untested.remove(rule.name());
      }
      @Nullable String failure = failure(test, rule);
      if (failure != null) {
        failures.add(test.place() + ": " + test.call() + ": " + failure);
      }
    }
    return new RuleTests(set.tests().size(), failures, set.rules().size(), List.copyOf(untested));
  }

  private static @Nullable String failure(RuleTestCase test, @Nullable Rule rule) {
    String expected = test.rule() == null ? "no rule" : "rule " + test.rule();
    String found = rule == null ? "no rule" : "rule " + rule.name();
    if (!expected.equals(found)) {
      return "expected " + expected + ", found " + found;
    }
    @Nullable GroupName group = test.group();
    if (rule == null || group == null || goesTo(rule, group)) {
      return null;
    }
    String groups =
        rule.to().stream().map(to -> to.group().value()).collect(Collectors.joining(", "));
    return "expected group " + group + ", found " + groups;
  }

  private static boolean goesTo(Rule rule, GroupName group) {
    return rule.to().stream().anyMatch(to -> to.group().equals(group));
  }

  /** Every test passed. */
  public boolean passed() {
    return failures.isEmpty();
  }

  /** The outcome for people, ending with the coverage. */
  public String toText() {
    StringBuilder text = new StringBuilder();
    failures.forEach(failure -> text.append("FAILED  ").append(failure).append('\n'));
    text.append(run - failures.size()).append(" of ").append(run).append(" tests passed\n");
    text.append("coverage: tests reach ").append(rules - untested.size());
    text.append(" of ").append(rules).append(" rules");
    if (!untested.isEmpty()) {
      text.append("; not ");
      text.append(untested.stream().map(RuleName::value).collect(Collectors.joining(", ")));
    }
    return text.append('\n').toString();
  }

  /** The outcome for programs, as nested maps and lists. */
  public Map<String, Object> toTree() {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("run", run);
    tree.put("failures", failures);
    tree.put("rules", rules);
    tree.put("untested", untested.stream().map(RuleName::value).toList());
    return tree;
  }
}
