package dev.adit.server.setup;

/** Names as they stand in the YAML that we write. Any thread. */
public final class YamlText {
  private YamlText() {}

  /** The name, in quotes where it needs them. */
  public static String of(String name) {
    boolean isPlain = name.matches("[A-Za-z0-9][A-Za-z0-9._-]*") && !name.equalsIgnoreCase("null");
    return isPlain ? name : "'" + name.replace("'", "''") + "'";
  }
}
