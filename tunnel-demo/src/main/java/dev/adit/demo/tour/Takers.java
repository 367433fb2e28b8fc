package dev.adit.demo.tour;

import java.util.Optional;

/** Who took a call, from the rule at the entry to the backend; each empty if it got no further. */
public record Takers(
    Optional<String> rule,
    Optional<String> group,
    Optional<String> agent,
    Optional<String> backend) {

  /** No rule took the call. */
  public static final Takers NOBODY =
      new Takers(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

  /** Everybody who takes part in a call that reaches a backend. */
  public static Takers of(String rule, String group, String agent, String backend) {
    return new Takers(
        Optional.of(rule), Optional.of(group), Optional.of(agent), Optional.of(backend));
  }

  /** The way of the call in words. */
  String words() {
    if (rule.isEmpty()) {
      return "nobody: no rule matches";
    }
    return String.format(
        "rule %s -> group %s -> agent %s -> backend %s",
        rule.get(), group.orElse("none"), agent.orElse("none"), backend.orElse("none"));
  }
}
