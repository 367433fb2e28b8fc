package dev.adit.server.identity;

import dev.adit.core.token.TokenHash;
import dev.adit.server.config.agents.AgentIdentity;
import java.util.List;

/**
 * What an agent has shown when it dialled. Any thread.
 *
 * @param token the hash of its token; the token itself is not kept
 */
public record Credential(TokenHash token, AgentIdentities identities) {
  /** The lines of agents.yaml that it proves now; empty once it was withdrawn. */
  public List<AgentIdentity> lines() {
    return identities.ofToken(token);
  }
}
