package dev.adit.core.name;

/**
 * The name of a client group: a named set of agents that serve the same backends. At most 128
 * printable ASCII characters.
 */
public record GroupName(String value) implements Comparable<GroupName> {
  public GroupName {
    Names.check("group name", value);
  }

  /**
   * The one that a command is given.
   *
   * @param cure what to do instead for who gives it a list
   */
  public static GroupName given(String text, String cure) {
    if (text.indexOf(',') >= 0) {
      throw new IllegalArgumentException(
          "expected one group, not the list '" + text + "': " + cure);
    }
    return new GroupName(text);
  }

  @Override
  public int compareTo(GroupName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
