package dev.adit.core.name;

/**
 * The name of a client group: a named set of agents that serve the same backends. At most 128
 * printable ASCII characters.
 */
public record GroupName(String value) implements Comparable<GroupName> {
  public GroupName {
    Names.check("group name", value);
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
