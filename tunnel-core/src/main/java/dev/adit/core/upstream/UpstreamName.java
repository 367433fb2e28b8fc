package dev.adit.core.upstream;

import java.util.regex.Pattern;

/** The name of an upstream, unique within an agent's file or a group. */
public record UpstreamName(String value) {

  private static final Pattern ALLOWED = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

  public UpstreamName {
    if (!ALLOWED.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "'" + value + "' is not 1 to 128 letters, digits, dots, dashes and underscores");
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
