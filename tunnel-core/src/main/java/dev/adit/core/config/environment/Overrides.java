package dev.adit.core.config.environment;

import dev.adit.core.config.yaml.Suggestion;
import dev.adit.core.config.yaml.YamlNode;
import dev.adit.core.config.yaml.YamlNode.Entry;
import dev.adit.core.config.yaml.YamlNode.Mapping;
import dev.adit.core.config.yaml.YamlNode.Scalar;
import dev.adit.core.config.yaml.YamlNode.Sequence;
import dev.adit.core.config.yaml.YamlProblem;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What environment variables say about the keys of a file. A variable has precedence over the file;
 * one that is empty says nothing. Values never stand in a warning, for they may be secrets.
 */
public final class Overrides {

  /** The line and column of a value that comes from a variable. */
  public static final int NOT_IN_FILE = 0;

  /** What Kubernetes sets for each service, here for one whose name begins with tunnel. */
  private static final Pattern OF_A_SERVICE =
      Pattern.compile(
          ".*_SERVICE_HOST|.*_SERVICE_PORT(_.*)?"
              + "|.*_PORT(_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?");

  // deps
  private final Map<String, String> keys;
  private final Map<String, String> values = new TreeMap<>();

  private Overrides(Map<String, String> keys) {
    this.keys = keys;
  }

  /** No variables. */
  public static Overrides none() {
    return new Overrides(Map.of());
  }

  /**
   * The variables of {@code environment} that begin with {@link ScalarKeys#PREFIX}.
   *
   * @param schema the schema of the file they are laid over, such as {@code server.schema.json}
   */
  public static Overrides of(Map<String, String> environment, String schema) {
    Map<String, String> ours = new TreeMap<>(environment);
    ours.entrySet()
        .removeIf(
            each -> !each.getKey().startsWith(ScalarKeys.PREFIX) || each.getValue().isEmpty());
    if (ours.isEmpty()) {
      // Nearly always: then the schema need not be read.
      return none();
    }
    Overrides overrides = new Overrides(ScalarKeys.of(schema));
    overrides.values.putAll(ours);
    return overrides;
  }

  /** The root of a file with what the variables say; problems name the variable as their place. */
  public YamlNode over(YamlNode root, Consumer<YamlProblem> problems) {
    YamlNode result = root;
    for (Map.Entry<String, String> variable : values.entrySet()) {
      @Nullable String path = keys.get(variable.getKey());
      if (path != null && result instanceof Mapping mapping) {
        Scalar value = scalar(variable.getValue());
        result = with(mapping, List.of(path.split("\\.", -1)), value, path, problems);
      }
    }
    return result;
  }

  /** For each variable that fits no key of the file, and names no secret of it, a line. */
  public List<String> warnings(YamlNode root) {
    Set<String> secrets = new HashSet<>();
    collectSecrets(root, secrets);
    List<String> warnings = new ArrayList<>();
    for (String name : values.keySet()) {
      boolean fits = keys.containsKey(name) || secrets.contains(name);
      if (!fits && !OF_A_SERVICE.matcher(name).matches()) {
        warnings.add(
            "the environment variable "
                + shown(name)
                + " fits no key of the configuration that holds a single value, and is ignored"
                + meant(name));
      }
    }
    return List.copyOf(warnings);
  }

  /** The names are compared without what they all begin with. */
  private String meant(String name) {
    int prefix = ScalarKeys.PREFIX.length();
    List<String> known = keys.keySet().stream().map(each -> each.substring(prefix)).toList();
    @Nullable String meant = Suggestion.among(known, name.substring(prefix));
    return meant == null
        ? ""
        : " (did you mean " + ScalarKeys.PREFIX + meant.replace("'", "") + "?)";
  }

  private static String shown(String name) {
    return scalar(name).abbreviated();
  }

  /** The variables in {@code {env: NAME}}, wherever they stand. */
  private static void collectSecrets(YamlNode node, Set<String> names) {
    if (node instanceof Sequence list) {
      list.items().forEach(item -> collectSecrets(item, names));
    }
    if (node instanceof Mapping mapping) {
      for (Entry entry : mapping.entries().values()) {
        if (entry.key().text().equals("env") && entry.value() instanceof Scalar name) {
          names.add(name.text());
        }
        collectSecrets(entry.value(), names);
      }
    }
  }

  private static Mapping with(
      Mapping at, List<String> keys, Scalar value, String path, Consumer<YamlProblem> problems) {
    String key = keys.get(0);
    @Nullable Entry there = at.entries().get(key);
    YamlNode below = value;
    if (keys.size() > 1) {
      @Nullable Mapping inner = inner(there == null ? null : there.value());
      if (inner == null) {
        problems.accept(
            new YamlProblem(
                NOT_IN_FILE,
                NOT_IN_FILE,
                path,
                "cannot be set by a variable where the file, or another variable, has "
                    + (there == null ? "nothing" : there.value().kind())
                    + " as "
                    + path.substring(0, path.lastIndexOf('.'))));
        return at;
      }
      below = with(inner, keys.subList(1, keys.size()), value, path, problems);
    }
    Map<String, Entry> entries = new LinkedHashMap<>(at.entries());
    entries.put(key, new Entry(there == null ? scalar(key) : there.key(), below));
    return new Mapping(at.line(), at.column(), entries);
  }

  /** What a key's section is put into; null if it has none that could be. */
  private static @Nullable Mapping inner(@Nullable YamlNode there) {
    if (there instanceof Mapping mapping) {
      return mapping;
    }
    boolean replaceable =
        there == null || (there instanceof Scalar word && word.line() != NOT_IN_FILE);
    return replaceable ? new Mapping(NOT_IN_FILE, NOT_IN_FILE, Map.of()) : null;
  }

  private static Scalar scalar(String text) {
    return new Scalar(NOT_IN_FILE, NOT_IN_FILE, text, true);
  }
}
