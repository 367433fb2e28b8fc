package dev.adit.core.name;

/**
 * The name an agent goes by, given in its file and checked against its credential. At most 128
 * printable ASCII characters.
 */
public record AgentId(String value) implements Comparable<AgentId> {
  public AgentId {
    Names.check("agent id", value);
  }

  @Override
  public int compareTo(AgentId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
