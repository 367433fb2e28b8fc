package dev.adit.core.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import dev.adit.core.config.ConfigProblem;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What commands print for programs, of both. Any thread. */
public final class JsonOutput {
  private static final Gson GSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

  private JsonOutput() {}

  /** A tree of maps, lists and values as JSON for people and programs. */
  public static String json(Object tree) {
    return GSON.toJson(tree);
  }

  /** Problems of files, a tree each. */
  public static List<Map<String, Object>> problems(List<ConfigProblem> problems) {
    return problems.stream().map(JsonOutput::tree).toList();
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
}
