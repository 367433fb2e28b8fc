package dev.adit.server.config.agents;

import dev.adit.core.name.AgentId;

/** The agent ids a line of {@code agents.yaml} is for: one id, or all that start alike. */
public record AgentIdPattern(String text) {

  public AgentIdPattern {
    int star = text.indexOf('*');
    if (star >= 0 && star != text.length() - 1) {
      throw new IllegalArgumentException("a * may stand only at the end of an agent id");
    }
    if (star != 0) {
      // Whatever is left has to follow the rules for agent ids.
      new AgentId(star < 0 ? text : text.substring(0, star)).value();
    }
  }

  /** Whether the line is for this agent. */
  public boolean matches(AgentId id) {
    return isPrefix()
        ? id.value().startsWith(text.substring(0, text.length() - 1))
        : id.value().equals(text);
  }

  /** More if it covers fewer agents, most if it names one. */
  public int exactness() {
    return isPrefix() ? text.length() : Integer.MAX_VALUE;
  }

  /** Ends with a star. */
  public boolean isPrefix() {
    return text.endsWith("*");
  }

  @Override
  public String toString() {
    return text;
  }
}
