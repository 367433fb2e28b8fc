package dev.adit.core.name;

/**
 * The name an agent goes by, given in its file and checked against its credential. At most 128
 * printable ASCII characters, a star not among them.
 */
public record AgentId(String value) implements Comparable<AgentId> {
  public AgentId {
    Names.check("agent id", value);
    if (value.indexOf('*') >= 0) {
      throw new IllegalArgumentException(
          "agent id has a *, which stands for many ids, and only in agents.yaml");
    }
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
