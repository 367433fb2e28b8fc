package dev.adit.core.config.yaml;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** One node of a YAML file with its place, counted from 1. Scalars are text until somebody asks. */
public sealed interface YamlNode {

  int line();

  int column();

  /** What a person would call this kind of node. */
  String kind();

  /** The same without a single value's text: it may be a token in the place of its hash. */
  default String structure() {
    return this instanceof Scalar scalar && !scalar.isNull() ? "a single value" : kind();
  }

  /** The node as YAML on one line. */
  String toYaml();

  /** A scalar; {@code plain} means it was written without quotes. */
  record Scalar(int line, int column, String text, boolean plain) implements YamlNode {
    /** Written as YAML's null, or not at all. */
    public boolean isNull() {
      return plain
          && (text.isEmpty() || text.equals("~") || text.equals("null") || text.equals("Null"));
    }

    @Override
    public String kind() {
      return isNull() ? "nothing" : "'" + abbreviated() + "'";
    }

    @Override
    public String toYaml() {
      if (plain && text.matches("[A-Za-z0-9_./+-][A-Za-z0-9_./+%-]*+")) {
        return text;
      }
      StringBuilder quoted = new StringBuilder("\"");
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        boolean printable = c >= ' ' && c <= '~' && c != '"' && c != '\\';
        quoted.append(printable ? String.valueOf(c) : String.format("\\u%04X", (int) c));
      }
      return quoted.append('"').toString();
    }

    /** The text, short enough and harmless to show. */
    public String abbreviated() {
      String shown = text.length() > 60 ? text.substring(0, 60) + "..." : text;
      StringBuilder safe = new StringBuilder();
      shown.codePoints().forEach(c -> safe.appendCodePoint(Character.isISOControl(c) ? 0xFFFD : c));
      return safe.toString();
    }
  }

  /** A list. */
  record Sequence(int line, int column, List<YamlNode> items) implements YamlNode {
    @Override
    public String kind() {
      return "a list";
    }

    @Override
    public String toYaml() {
      return items.stream().map(YamlNode::toYaml).collect(Collectors.joining(", ", "[", "]"));
    }
  }

  /** A mapping, in file order. */
  record Mapping(int line, int column, Map<String, Entry> entries) implements YamlNode {
    @Override
    public String kind() {
      return "a mapping";
    }

    @Override
    public String toYaml() {
      return entries.values().stream()
          .map(entry -> entry.key().toYaml() + ": " + entry.value().toYaml())
          .collect(Collectors.joining(", ", "{", "}"));
    }
  }

  /** One key of a mapping and what it holds. */
  record Entry(Scalar key, YamlNode value) {}
}
