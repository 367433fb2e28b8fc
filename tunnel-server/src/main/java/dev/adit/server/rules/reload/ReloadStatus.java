package dev.adit.server.rules.reload;

import dev.adit.core.config.ConfigProblem;
import dev.adit.server.rules.check.LintFinding;
import java.time.Instant;
import java.util.List;

/**
 * How the rules stand.
 *
 * @param hash of the files whose rules are in force
 * @param since when they came into force
 * @param rules how many are in force
 * @param files how many files they come from
 * @param loaded how often rules have come into force, the start included
 * @param refused how often changed files were refused since the start
 * @param problems of the files as they are now; empty if their rules are the ones in force
 * @param warnings what is odd in the rules in force
 */
public record ReloadStatus(
    String hash,
    Instant since,
    int rules,
    int files,
    long loaded,
    long refused,
    List<ConfigProblem> problems,
    List<LintFinding> warnings) {

  public ReloadStatus {
    problems = List.copyOf(problems);
    warnings = List.copyOf(warnings);
  }

  /** The files as they are now are in force. */
  public boolean isCurrent() {
    return problems.isEmpty();
  }
}
