package dev.adit.core.config;

import dev.adit.core.config.yaml.YamlReader;
import org.jspecify.annotations.Nullable;

/**
 * One thing wrong with a configuration file: where it stands, what was expected there, and a guess
 * at what was meant.
 *
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

  /** {@code file:line:column: key path: what was expected (did you mean ...?)}. */
  @Override
  public String toString() {
    String place = file + ":" + line + ":" + column + ": " + keyPath + ": " + expected;
    return suggestion == null ? place : place + " (did you mean " + suggestion + "?)";
  }
}
