package dev.adit.server.cli.output;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import dev.adit.core.config.ConfigProblem;
import dev.adit.server.rules.check.LintFinding;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The shapes of what commands print for programs. Any thread. */
public final class Output {

  private static final Gson GSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

  private Output() {}

  /** A tree of maps, lists and values as JSON for people and programs. */
  public static String json(Object tree) {
    return GSON.toJson(tree);
  }

  /** Problems of files, a tree each. */
  public static List<Map<String, Object>> problems(List<ConfigProblem> problems) {
    return problems.stream().map(Output::tree).toList();
  }

  /** What is odd in rules, a tree each. */
  public static List<Map<String, Object>> findings(List<LintFinding> findings) {
    return findings.stream().map(Output::tree).toList();
  }

  /** What is odd in rules, and in the environment, a tree each. */
  public static List<Map<String, Object>> warnings(
      List<LintFinding> findings, List<String> ofEnvironment) {
    Stream<Map<String, Object>> others =
        ofEnvironment.stream().map(line -> Map.of("message", line));
    return Stream.concat(findings(findings).stream(), others).toList();
  }

  private static Map<String, Object> tree(ConfigProblem problem) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("file", problem.file());
    tree.put("line", problem.line());
    tree.put("column", problem.column());
    tree.put("key", problem.keyPath());
    tree.put("expected", problem.expected());
    if (problem.suggestion() != null) {
      tree.put("suggestion", problem.suggestion());
    }
    return tree;
  }

  private static Map<String, Object> tree(LintFinding finding) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("place", finding.place());
    tree.put(finding.kind().word(), finding.name());
    tree.put("message", finding.message());
    return tree;
  }
}
