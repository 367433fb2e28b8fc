package dev.adit.server.rules.check;

import dev.adit.server.policy.GroupConfig;
import dev.adit.server.routing.Rule;
import java.nio.file.Path;
import java.util.Locale;

/** Something in a rule file that is allowed but hardly meant. */
public record LintFinding(String place, Kind kind, String name, String message) {
  /** What is found to be odd. */
  public enum Kind {
    /** A rule. */
    RULE,
    /** What a group is handed. */
    GROUP,
    /** A file, or the directory, as such: it is its own place. */
    PATH;

    /** As it is called in text and JSON. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  LintFinding(Rule rule, String message) {
    this(rule.place(), Kind.RULE, rule.name().value(), message);
  }

  LintFinding(GroupConfig group, String message) {
    this(group.place(), Kind.GROUP, group.name().value(), message);
  }

  LintFinding(Path path, String message) {
    this(path.toString(), Kind.PATH, path.toString(), message);
  }

  @Override
  public String toString() {
    if (kind == Kind.PATH) {
      return place + ": " + message;
    }
    return place + ": " + kind.word() + " " + name + ": " + message;
  }
}
