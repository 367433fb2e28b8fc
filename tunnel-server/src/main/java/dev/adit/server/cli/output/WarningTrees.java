package dev.adit.server.cli.output;

import dev.adit.server.rules.check.LintFinding;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The shapes in which commands print warnings for programs. Any thread. */
public final class WarningTrees {
  private WarningTrees() {}

  /** What is odd in rules, a tree each. */
  public static List<Map<String, Object>> ofRules(List<LintFinding> findings) {
    return findings.stream().map(WarningTrees::tree).toList();
  }

  /** What is odd in rules, and in the environment, a tree each. */
  public static List<Map<String, Object>> of(
      List<LintFinding> findings, List<String> ofEnvironment) {
    Stream<Map<String, Object>> others =
        ofEnvironment.stream().map(line -> Map.of("message", line));
    return Stream.concat(ofRules(findings).stream(), others).toList();
  }

  private static Map<String, Object> tree(LintFinding finding) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("place", finding.place());
    tree.put(finding.kind().word(), finding.name());
    tree.put("message", finding.message());
    return tree;
  }
}
