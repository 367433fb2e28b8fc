package dev.adit.conformance.docs;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The names that pages in Prometheus' text format show, and those that expressions ask for. */
final class MetricNames {
  private static final Pattern SAMPLE =
      Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})? [^ ]+");
  private static final Pattern LABEL = Pattern.compile("([a-zA-Z_]\\w*)=\"(?:[^\"\\\\]|\\\\.)*\"");
  private static final Pattern STRING = Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"");
  private static final Pattern ASKED =
      Pattern.compile("\\b((?:adit|jvm|process)_\\w+|up)\\b(?:\\{([^}]*)})?");
  private static final Pattern MATCHER = Pattern.compile("(\\w+)\\s*(?:=~|!~|!=|=)");
  private static final Set<String> OF_PROMETHEUS = Set.of("job", "instance");

  /** Names of samples, each with the labels seen on it. */
  private final Map<String, Set<String>> labels = new TreeMap<>();

  MetricNames(String... pages) {
    labels.put("up", Set.of());
    for (String page : pages) {
      page.lines().filter(line -> !line.startsWith("#")).forEach(this::add);
    }
  }

  private void add(String line) {
    Matcher sample = SAMPLE.matcher(line);
    if (!sample.matches()) {
      throw new AssertionError("not a sample: " + line);
    }
    Set<String> known = labels.computeIfAbsent(sample.group(1), name -> new TreeSet<>());
    if (sample.group(2) != null) {
      LABEL.matcher(sample.group(2)).results().forEach(label -> known.add(label.group(1)));
    }
  }

  Set<String> names() {
    return labels.keySet();
  }

  /** The labels of a metric, but for those of its buckets. */
  Set<String> labelsOf(String metric) {
    Set<String> all = new TreeSet<>();
    for (String suffix : List.of("", "_count")) {
      all.addAll(labels.getOrDefault(metric + suffix, Set.of()));
    }
    return all;
  }

  /** What an expression asks for that nobody shows. */
  List<String> unknownIn(String expression) {
    List<String> unknown = new ArrayList<>();
    int found = 0;
    Matcher asked = ASKED.matcher(expression);
    while (asked.find()) {
      found++;
      Set<String> known = labels.get(asked.group(1));
      if (known == null) {
        unknown.add(asked.group(1));
      } else if (asked.group(2) != null) {
        MATCHER
            .matcher(STRING.matcher(asked.group(2)).replaceAll("\"\""))
            .results()
            .map(matcher -> matcher.group(1))
            .filter(label -> !known.contains(label) && !OF_PROMETHEUS.contains(label))
            .forEach(label -> unknown.add(asked.group(1) + "{" + label + "}"));
      }
    }
    if (found == 0) {
      unknown.add("no metric at all");
    }
    return unknown;
  }

  /** The expressions of a file of alert rules, by alert. */
  static Map<String, String> ofAlerts(Path file) throws IOException {
    Map<String, String> expressions = new LinkedHashMap<>();
    Map<String, Object> top =
        new Yaml(new SafeConstructor(new LoaderOptions())).load(Files.readString(file));
    for (Map<String, Object> group : list(top, "groups")) {
      for (Map<String, Object> rule : list(group, "rules")) {
        expressions.put(String.valueOf(rule.get("alert")), String.valueOf(rule.get("expr")));
      }
    }
    return expressions;
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> list(Map<String, Object> map, String key) {
    return (List<Map<String, Object>>) Objects.requireNonNull(map.get(key), key);
  }

  /** The expressions of a dashboard, panels and variables, in order. */
  static Set<String> ofDashboard(Path file) throws IOException {
    JsonObject board = new Gson().fromJson(Files.readString(file), JsonObject.class);
    Set<String> expressions = new LinkedHashSet<>();
    board
        .getAsJsonArray("panels")
        .forEach(
            panel -> {
              if (panel.getAsJsonObject().has("targets")) {
                panel
                    .getAsJsonObject()
                    .getAsJsonArray("targets")
                    .forEach(
                        target ->
                            expressions.add(target.getAsJsonObject().get("expr").getAsString()));
              }
            });
    board
        .getAsJsonObject("templating")
        .getAsJsonArray("list")
        .forEach(
            variable -> {
              if (variable.getAsJsonObject().has("query")
                  && "query".equals(variable.getAsJsonObject().get("type").getAsString())) {
                expressions.add(variable.getAsJsonObject().get("query").getAsString());
              }
            });
    return expressions;
  }
}
