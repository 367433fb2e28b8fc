package dev.adit.core.config;

import dev.adit.core.config.environment.Overrides;
import dev.adit.core.config.yaml.YamlReader;
import org.jspecify.annotations.Nullable;

/**
 * One thing wrong with a configuration file: where it stands, what was expected there, and a guess
 * at what was meant.
 *
 * @param file or, with line and column 0, the environment variable that the value comes from
 * @param keyPath the keys from the root of the file, such as {@code rules[0].matches[1].service}
 */
public record ConfigProblem(
    String file,
    int line,
    int column,
    String keyPath,
    String expected,
    @Nullable String suggestion) {

  /** The key path of a problem that concerns the file as a whole. */
  public static final String WHOLE_FILE = YamlReader.ROOT;

  /** Keys and values of the file may stand in its words: whatever they hold, it stays one line. */
  public ConfigProblem {
    keyPath = onOneLine(keyPath);
    expected = onOneLine(expected);
    suggestion = suggestion == null ? null : onOneLine(suggestion);
  }

  /** A problem with a value that came from a variable. */
  static ConfigProblem inEnvironment(
      String variable, String keyPath, String expected, @Nullable String meant) {
    int none = Overrides.NOT_IN_FILE;
    return new ConfigProblem(
        "environment variable " + variable, none, none, keyPath, expected, meant);
  }

  private static String onOneLine(String text) {
    StringBuilder shown = new StringBuilder(text.length());
    text.codePoints().forEach(c -> shown.appendCodePoint(isSeen(c) ? c : 0xFFFD));
    return shown.toString();
  }

  private static boolean isSeen(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          false;
      default -> true;
    };
  }

  /** {@code file:line:column: key path: what was expected (did you mean ...?)}, or the variable. */
  @Override
  public String toString() {
    String place = line == Overrides.NOT_IN_FILE ? file : file + ":" + line + ":" + column;
    String problem = place + ": " + keyPath + ": " + expected;
    return suggestion == null ? problem : problem + " (did you mean " + suggestion + "?)";
  }
}
