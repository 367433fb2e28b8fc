package dev.adit.server.routing;

import java.util.regex.Pattern;

/** The name of a rule, unique over all files; shown in logs, metrics and explanations. */
public record RuleName(String value) {

  private static final Pattern ALLOWED = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._/-]{0,127}");

  public RuleName {
    if (!ALLOWED.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "'" + value + "' is not 1 to 128 letters, digits, dots, dashes, slashes and underscores");
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
