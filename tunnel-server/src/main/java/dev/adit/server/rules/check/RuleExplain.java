package dev.adit.server.rules.check;

import dev.adit.core.call.CallHeaders;
import dev.adit.core.match.table.Explained;
import dev.adit.server.policy.GroupShare;
import dev.adit.server.routing.Route;
import dev.adit.server.routing.RoutingTable;
import dev.adit.server.routing.Rule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Why a call goes where it goes.
 *
 * @param winner null: no rule matches
 * @param losers every other rule, in file order, with the reason
 */
public record RuleExplain(CallHeaders call, @Nullable Rule winner, List<Loser> losers) {

  public RuleExplain {
    losers = List.copyOf(losers);
  }

  /** A rule that did not decide, and why. */
  public record Loser(Rule rule, boolean fits, String reason) {}

  /** Explains what {@code table} does with {@code call}. */
  public static RuleExplain of(RoutingTable table, CallHeaders call) {
    @Nullable Rule winner = null;
    List<Loser> losers = new ArrayList<>();
    for (Explained<Route> explained : table.explain(call)) {
      Rule rule = explained.value().rule();
      switch (explained.outcome()) {
        case WON -> winner = rule;
        case OUTRANKED -> losers.add(new Loser(rule, true, explained.reason()));
        case MISMATCH -> losers.add(new Loser(rule, false, explained.reason()));
      }
    }
    return new RuleExplain(call, winner, losers);
  }

  /** The explanation for people. */
  public String toText() {
    StringBuilder text = new StringBuilder();
    text.append("call    ").append(call).append('\n');
    if (winner == null) {
      text.append("rule    none matches: the caller gets UNIMPLEMENTED (no-rule)\n");
    } else {
      text.append("rule    ")
          .append(winner.name())
          .append("  (")
          .append(winner.place())
          .append(")\n");
      text.append("group   ").append(groups(winner)).append('\n');
    }
    if (!losers.isEmpty()) {
      text.append("others\n");
    }
    for (Loser loser : losers) {
      text.append("        ").append(loser.rule().name()).append("  (");
      text.append(loser.rule().place()).append("): ").append(loser.reason()).append('\n');
    }
    return text.toString();
  }

  /** The explanation for programs, as nested maps and lists. */
  public Map<String, Object> toTree() {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("call", call.toString());
    tree.put("rule", winner == null ? "" : winner.name().value());
    tree.put("matched", winner != null);
    if (winner != null) {
      tree.put("place", winner.place());
      tree.put("to", winner.to().stream().map(RuleExplain::share).toList());
      if (winner.fallback() != null) {
        tree.put("fallback", winner.fallback().value());
      }
    }
    tree.put("losers", losers.stream().map(RuleExplain::tree).toList());
    return tree;
  }

  private static Map<String, Object> share(GroupShare share) {
    return Map.of("group", share.group().value(), "weight", share.weight());
  }

  private static Map<String, Object> tree(Loser loser) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("rule", loser.rule().name().value());
    tree.put("place", loser.rule().place());
    tree.put("fits", loser.fits());
    tree.put("reason", loser.reason());
    return tree;
  }

  private static String groups(Rule rule) {
    String to =
        rule.to().size() == 1
            ? rule.to().get(0).group().value()
            : rule.to().stream()
                .map(share -> share.group() + " (weight " + share.weight() + ")")
                .collect(Collectors.joining(", "));
    return rule.fallback() == null ? to : to + ", else " + rule.fallback();
  }
}
