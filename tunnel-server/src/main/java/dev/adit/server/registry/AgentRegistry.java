package dev.adit.server.registry;

import dev.adit.core.name.AgentId;
import dev.adit.core.name.GroupName;
import dev.adit.core.tunnel.TunnelStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which agents are connected. Changed under its monitor when tunnels come and go; read by calls
 * through {@link #snapshot} without one.
 */
public final class AgentRegistry {
  // shared: guarded by the monitor
  private final List<AgentSession> sessions = new ArrayList<>();

  private final Takeovers takeovers = new Takeovers();

  // shared: grows only, by groups that credentials name
  private final Set<GroupName> everJoined = ConcurrentHashMap.newKeySet();

  // shared: replaced as a whole
  private volatile RegistrySnapshot snapshot = RegistrySnapshot.EMPTY;

  public RegistrySnapshot snapshot() {
    return snapshot;
  }

  /**
   * A tunnel of an agent is up: it joins the session of its instance, which is made if this is its
   * first.
   *
   * @param id the agent
   * @param instance which run of it
   * @param newSession makes the session
   */
  public synchronized AgentSession join(
      AgentId id, String instance, TunnelStream tunnel, Supplier<AgentSession> newSession) {
    AgentSession session = find(id, instance);
    if (session == null) {
      session = newSession.get();
      sessions.add(session);
    }
    session.add(tunnel);
    publish();
    // Last: who hears that an agent has been here finds it in the snapshot.
    everJoined.addAll(session.groups());
    return session;
  }

  /** A run of an agent has taken the place of another that was connected. */
  public void noteTakeover(AgentId id) {
    takeovers.add(id);
  }

  /** Agents whose runs take each other's place: most likely two hosts with one id. */
  public Set<AgentId> contested() {
    return takeovers.contested();
  }

  /** Whether an agent of the group has been connected since the start. */
  public boolean hasEverJoined(GroupName group) {
    return everJoined.contains(group);
  }

  /** An agent says how its upstreams are. */
  public synchronized void report(AgentSession session, List<UpstreamState> upstreams) {
    Set<GroupName> before = healthyGroups(session);
    session.upstreams(upstreams);
    if (!before.equals(healthyGroups(session))) {
      publish();
    }
  }

  /** A tunnel of the session has become quiet, or is heard again. */
  public synchronized void onQuiet(AgentSession session) {
    if (sessions.contains(session)) {
      publish();
    }
  }

  private static Set<GroupName> healthyGroups(AgentSession session) {
    return session.groups().stream().filter(session::isHealthy).collect(Collectors.toSet());
  }

  /** A tunnel takes no more calls, or has ended. Safe to call again. */
  public synchronized void leave(AgentSession session, TunnelStream tunnel) {
    session.remove(tunnel);
    if (!session.hasTunnels()) {
      sessions.remove(session);
    }
    publish();
  }

  /** The sessions of other runs of the same agent. */
  public synchronized List<AgentSession> others(AgentSession session) {
    return sessions.stream()
        .filter(each -> each != session && each.id().equals(session.id()))
        .toList();
  }

  private @Nullable AgentSession find(AgentId id, String instance) {
    for (AgentSession session : sessions) {
      if (session.id().equals(id) && session.instance().equals(instance)) {
        return session;
      }
    }
    return null;
  }

  private void publish() {
    snapshot = new RegistrySnapshot(sessions);
  }
}
