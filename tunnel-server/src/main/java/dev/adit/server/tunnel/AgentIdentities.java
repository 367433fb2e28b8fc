package dev.adit.server.tunnel;

import dev.adit.server.config.agents.AgentIdentity;
import java.util.ArrayList;
import java.util.List;

/** Who may connect, as {@code agents.yaml} says now. Any thread. */
public final class AgentIdentities {
  // shared: replaced as a whole
  private volatile List<AgentIdentity> identities;

  public AgentIdentities(List<AgentIdentity> identities) {
    this.identities = List.copyOf(identities);
  }

  /**
   * The lines that this token proves; empty for one that nobody knows. Takes the same time for
   * every token.
   */
  List<AgentIdentity> ofToken(String token) {
    List<AgentIdentity> proven = new ArrayList<>(1);
    for (AgentIdentity identity : identities) {
      boolean fits =
          identity.tokens().stream()
              .map(hash -> hash.matches(token))
              .reduce(false, Boolean::logicalOr);
      if (fits) {
        proven.add(identity);
      }
    }
    return proven;
  }
}
