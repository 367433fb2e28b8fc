package dev.adit.server.rules.check;

import dev.adit.server.routing.Rule;
import dev.adit.server.routing.RuleName;

/** Something in a rule that is allowed but hardly meant. */
public record LintFinding(String place, RuleName rule, String message) {

  LintFinding(Rule rule, String message) {
    this(rule.place(), rule.name(), message);
  }

  @Override
  public String toString() {
    return place + ": rule " + rule + ": " + message;
  }
}
