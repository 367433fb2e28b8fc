package dev.adit.server.identity;

import dev.adit.core.name.GroupName;
import dev.adit.core.token.TokenHash;
import dev.adit.server.config.agents.AgentIdentity;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Who may connect, as {@code agents.yaml} says now. Any thread. */
public final class AgentIdentities {
  // shared: replaced as a whole
  private volatile IdentityIndex index;

  // shared: told of each change
  private final Set<Runnable> watchers = ConcurrentHashMap.newKeySet();

  public AgentIdentities(List<AgentIdentity> identities) {
    index = new IdentityIndex(identities);
  }

  /**
   * The lines that a token of this hash proves; empty for one that nobody knows. Hashes are looked
   * up, not tokens: the time it takes says nothing of a token.
   */
  public List<AgentIdentity> ofToken(TokenHash hash) {
    return index.ofToken(hash);
  }

  /**
   * The lines that a certificate with these subject alternative names proves.
   *
   * @param names of a certificate that was verified
   */
  public List<AgentIdentity> ofCertificate(List<String> names) {
    return index.ofCertificate(names);
  }

  /** How many lines there are. */
  public int count() {
    return index.count();
  }

  /** Whether a certificate may prove who an agent is. */
  public boolean useCertificates() {
    return index.useCertificates();
  }

  /** Whether any agent may serve a group. */
  public boolean mayServe(GroupName group) {
    return index.mayServe(group);
  }

  /** Other identities are in force from now on; who relies on one that is gone is told. */
  void replace(List<AgentIdentity> now) {
    index = new IdentityIndex(now);
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
