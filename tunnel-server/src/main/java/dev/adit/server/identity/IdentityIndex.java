package dev.adit.server.identity;

import dev.adit.core.name.GroupName;
import dev.adit.core.token.TokenHash;
import dev.adit.server.config.agents.AgentIdentity;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The lines of one reading of {@code agents.yaml} by what proves them, so that thousands of agents
 * that come back at once cost a look each. Immutable.
 */
final class IdentityIndex {
  private final int count;
  private final Map<TokenHash, List<AgentIdentity>> byToken = new HashMap<>();
  private final Map<String, List<AgentIdentity>> bySan = new HashMap<>();
  private final Set<GroupName> groups = new HashSet<>();

  IdentityIndex(List<AgentIdentity> identities) {
    count = identities.size();
    for (AgentIdentity identity : identities) {
      for (TokenHash hash : identity.tokens()) {
        byToken.computeIfAbsent(hash, key -> new ArrayList<>(1)).add(identity);
      }
      if (identity.certificateSan() != null) {
        bySan.computeIfAbsent(identity.certificateSan(), key -> new ArrayList<>(1)).add(identity);
      }
      groups.addAll(identity.groups());
    }
  }

  List<AgentIdentity> ofToken(TokenHash hash) {
    return List.copyOf(byToken.getOrDefault(hash, List.of()));
  }

  List<AgentIdentity> ofCertificate(List<String> names) {
    if (bySan.isEmpty() || names.isEmpty()) {
      return List.of();
    }
    Set<AgentIdentity> proven = new LinkedHashSet<>();
    for (String name : names) {
      proven.addAll(bySan.getOrDefault(name, List.of()));
    }
    return List.copyOf(proven);
  }

  int count() {
    return count;
  }

  boolean useCertificates() {
    return !bySan.isEmpty();
  }

  boolean mayServe(GroupName group) {
    return groups.contains(group);
  }
}
