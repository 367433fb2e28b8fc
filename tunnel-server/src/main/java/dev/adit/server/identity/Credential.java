package dev.adit.server.identity;

import dev.adit.core.token.TokenHash;
import dev.adit.server.config.agents.AgentIdentity;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an agent has shown when it dialled. Any thread.
 *
 * @param token the hash of its token; the token itself is not kept; null if it sent none
 * @param names the subject alternative names of its verified certificate; empty if it has none
 */
public record Credential(
    @Nullable TokenHash token, List<String> names, AgentIdentities identities) {
  public Credential {
    names = List.copyOf(names);
  }

  /** The lines of agents.yaml that it proves now; empty once it was withdrawn. */
  public List<AgentIdentity> lines() {
    Set<AgentIdentity> proven = new LinkedHashSet<>(identities.ofCertificate(names));
    if (token != null) {
      proven.addAll(identities.ofToken(token));
    }
    return List.copyOf(proven);
  }

  /** Why it proves nothing, for the log and for the agent. */
  public String complaint() {
    String certificate =
        names.isEmpty() ? "no certificate" : "the certificate's names " + names + " are unknown";
    return token == null ? "no bearer token, and " + certificate : "unknown token, " + certificate;
  }
}
