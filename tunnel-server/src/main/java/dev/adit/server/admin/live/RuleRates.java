package dev.adit.server.admin.live;

import dev.adit.server.metrics.RuleCalls;
import dev.adit.server.policy.GroupShare;
import dev.adit.server.routing.RoutingTable;
import dev.adit.server.routing.Rule;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** How often each rule is hit, by the metrics. Confined to one thread. */
final class RuleRates {
  /** Rules that are shown. */
  static final int MAX_RULES = 500;

  /** Times that are remembered: the rate is that of the last ten seconds. */
  private static final int REMEMBERED = 11;

  private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

  /**
   * A rule.
   *
   * @param place where it is written
   * @param matches which calls it is for, in words
   * @param to the groups it sends them to, in words
   * @param calls that have ended
   * @param failed those of them that Adit ended, but for those that were taken back
   * @param rate of calls, a second
   */
  record Row(
      String name,
      String place,
      String hosts,
      int matches,
      String to,
      long calls,
      long failed,
      double rate) {}

  private record Moment(long nanos, Map<String, RuleCalls> rules) {}

  private final ArrayDeque<Moment> moments = new ArrayDeque<>();

  /** The counts of now. */
  void add(Map<String, RuleCalls> rules, long nanos) {
    if (moments.size() >= REMEMBERED) {
      moments.remove();
    }
    moments.add(new Moment(nanos, rules));
  }

  /** Nobody looks: what was remembered says nothing of the time when somebody does. */
  void clear() {
    moments.clear();
  }

  /** The first rules of a table, in its order. */
  List<Row> rows(RoutingTable table) {
    return table.rules().stream().limit(MAX_RULES).map(this::row).toList();
  }

  private Row row(Rule rule) {
    String name = rule.name().value();
    RuleCalls now = RuleCalls.NONE;
    double rate = 0;
    if (!moments.isEmpty()) {
      Moment last = moments.getLast();
      Moment first = moments.getFirst();
      now = last.rules().getOrDefault(name, RuleCalls.NONE);
      long before = first.rules().getOrDefault(name, RuleCalls.NONE).calls();
      double seconds = (last.nanos() - first.nanos()) / NANOS_PER_SECOND;
      rate = seconds <= 0 ? 0 : (now.calls() - before) / seconds;
    }
    return new Row(
        name,
        rule.place(),
        ForeignText.cut(
            rule.hosts().stream().map(Object::toString).collect(Collectors.joining(", "))),
        rule.matches().size(),
        ForeignText.cut(to(rule)),
        now.calls(),
        now.failed(),
        rate);
  }

  private static String to(Rule rule) {
    int sum = rule.to().stream().mapToInt(GroupShare::weight).sum();
    String shares =
        rule.to().size() == 1
            ? rule.to().get(0).group().value()
            : rule.to().stream()
                .map(share -> share.group() + " " + 100L * share.weight() / sum + " %")
                .collect(Collectors.joining(", "));
    String fallback = rule.fallback() == null ? "" : ", else " + rule.fallback();
    String mirror = rule.mirror() == null ? "" : ", copied to " + rule.mirror().group();
    return shares + fallback + mirror;
  }
}
