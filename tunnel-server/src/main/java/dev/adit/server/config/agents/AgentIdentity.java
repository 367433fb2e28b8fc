package dev.adit.server.config.agents;

import dev.adit.core.name.GroupName;
import dev.adit.core.token.TokenHash;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One line of {@code agents.yaml}: which agents, how they prove it, and the groups they may serve.
 *
 * @param tokens any of them is valid; empty if the certificate is the proof
 * @param certificateSan a subject alternative name of the agent's certificate; null if a token is
 *     the proof
 */
public record AgentIdentity(
    AgentIdPattern id,
    Set<GroupName> groups,
    List<TokenHash> tokens,
    @Nullable String certificateSan) {

  public AgentIdentity {
    groups = Set.copyOf(groups);
    tokens = List.copyOf(tokens);
  }
}
