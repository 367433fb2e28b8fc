package dev.adit.server.identity;

import dev.adit.core.name.GroupName;
import dev.adit.core.token.TokenHash;
import dev.adit.server.config.agents.AgentIdentity;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Who may connect, as {@code agents.yaml} says now. Any thread. */
public final class AgentIdentities {
  // shared: replaced as a whole
  private volatile List<AgentIdentity> identities;

  // shared: told of each change
  private final Set<Runnable> watchers = ConcurrentHashMap.newKeySet();

  public AgentIdentities(List<AgentIdentity> identities) {
    this.identities = List.copyOf(identities);
  }

  /**
   * The lines that a token of this hash proves; empty for one that nobody knows. Takes the same
   * time for every token.
   */
  public List<AgentIdentity> ofToken(TokenHash hash) {
    List<AgentIdentity> proven = new ArrayList<>(1);
    for (AgentIdentity identity : identities) {
      boolean fits =
          identity.tokens().stream().map(hash::matches).reduce(false, Boolean::logicalOr);
      if (fits) {
        proven.add(identity);
      }
    }
    return proven;
  }

  /**
   * The lines that a certificate with these subject alternative names proves.
   *
   * @param names of a certificate that was verified
   */
  public List<AgentIdentity> ofCertificate(List<String> names) {
    return identities.stream()
        .filter(identity -> identity.certificateSan() != null)
        .filter(identity -> names.contains(identity.certificateSan()))
        .toList();
  }

  /** How many lines there are. */
  public int count() {
    return identities.size();
  }

  /** Whether a certificate may prove who an agent is. */
  public boolean useCertificates() {
    return identities.stream().anyMatch(identity -> identity.certificateSan() != null);
  }

  /** Whether any agent may serve a group. */
  public boolean mayServe(GroupName group) {
    return identities.stream().anyMatch(identity -> identity.groups().contains(group));
  }

  /** Other identities are in force from now on; who relies on one that is gone is told. */
  void replace(List<AgentIdentity> now) {
    identities = List.copyOf(now);
    watchers.forEach(Runnable::run);
  }

  /** Runs a task after each change, on the thread that has made it, until {@link #unwatch}. */
  public void watch(Runnable task) {
    watchers.add(task);
  }

  /** Safe to call for a task that does not watch. */
  public void unwatch(Runnable task) {
    watchers.remove(task);
  }
}
