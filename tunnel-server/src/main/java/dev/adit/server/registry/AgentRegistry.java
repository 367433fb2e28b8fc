package dev.adit.server.registry;

import dev.adit.core.name.AgentId;
import dev.adit.core.name.GroupName;
import dev.adit.core.tunnel.TunnelStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Which agents are connected. Changed under its monitor when tunnels come and go; read by calls
 * through {@link #snapshot} without one.
 */
public final class AgentRegistry {
  // shared: guarded by the monitor
  private final List<AgentSession> sessions = new ArrayList<>();

  private final Takeovers takeovers = new Takeovers();
  private final RefusedTunnels refused = new RefusedTunnels();

  // shared: grows only, by groups that credentials name
  private final Set<GroupName> everJoined = ConcurrentHashMap.newKeySet();

  // shared: replaced as a whole
  private volatile RegistrySnapshot snapshot = RegistrySnapshot.EMPTY;

  public RegistrySnapshot snapshot() {
    return snapshot;
  }

  /**
   * A tunnel of an agent is up. It joins the session of its run, which serves from now on what this
   * tunnel was welcomed to; the first tunnel of a run takes the place of any other run, unless its
   * own run has just lost it, or the other is there by a line that names the agent more exactly:
   * who may call itself as others are called must not take their place. Nor does it share it by
   * calling its run as theirs is called: by lines that name the agent more and less exactly there
   * are two runs, whatever they say.
   *
   * @param welcomed the run as it would be if this were its first tunnel
   */
  public synchronized Joined join(AgentSession welcomed, TunnelStream tunnel) {
    AgentSession session = welcomed;
    AgentSession rival = null;
    for (AgentSession each : sessions) {
      if (each.id().equals(welcomed.id())) {
        if (each.exactness() > welcomed.exactness()) {
          return new Joined(each, Joined.Outcome.OUTRANKED, null);
        }
        boolean same =
            each.instance().equals(welcomed.instance()) && each.exactness() == welcomed.exactness();
        session = same ? each : session;
        rival = same ? rival : each;
      }
    }
    if (rival != null
        && rival.exactness() == welcomed.exactness()
        && takeovers.isOusted(welcomed.id(), welcomed.instance())) {
      return new Joined(rival, Joined.Outcome.LATE, null);
    }
    Joined.Ousted ousted = rival == null ? null : oust(rival, welcomed);
    if (!sessions.contains(session)) {
      sessions.add(session);
    }
    session.add(tunnel, welcomed);
    publish();
    // Last: who hears that an agent has been here finds it in the snapshot.
    everJoined.addAll(session.groups());
    return new Joined(session, Joined.Outcome.MEMBER, ousted);
  }

  private Joined.Ousted oust(AgentSession session, AgentSession by) {
    if (!session.instance().equals(by.instance())) {
      takeovers.add(session.id(), session.instance());
    }
    List<TunnelStream> tunnels = List.of(session.tunnels());
    tunnels.forEach(session::remove);
    sessions.remove(session);
    return new Joined.Ousted(session, tunnels);
  }

  /**
   * Whether a tunnel shall make way for one that is welcomed to more groups: only if another stays,
   * and only one of a session. It takes no more calls then; its owner tells the agent to dial anew.
   *
   * @param groups that the agent would be welcomed to now
   */
  public synchronized boolean makesWay(
      AgentSession session, TunnelStream tunnel, Set<GroupName> groups) {
    List<TunnelStream> tunnels = List.of(session.tunnels());
    if (session.groups().containsAll(groups)
        || !tunnels.contains(tunnel)
        || tunnels.stream()
            .noneMatch(each -> each != tunnel && each.takesCalls() && !each.isQuiet())
        || !session.beginRenewal()) {
      return false;
    }
    leave(session, tunnel);
    return true;
  }

  /**
   * A tunnel serves fewer of the groups that it was welcomed to, or more of them again: its session
   * does with its newest tunnel.
   */
  public synchronized void welcome(
      AgentSession session, TunnelStream tunnel, Set<GroupName> groups) {
    if (session.welcome(tunnel, groups)) {
      publish();
    }
  }

  /**
   * The line that the credential of a tunnel proves names the agent so exactly now, see {@link
   * #join}: its session is where its newest tunnel is.
   */
  public synchronized void rank(AgentSession session, TunnelStream tunnel, int exactness) {
    session.rank(tunnel, exactness);
  }

  /** Tunnels that were refused for their credential. */
  public RefusedTunnels refused() {
    return refused;
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

  /**
   * A tunnel takes no more calls, or has ended. Safe to call again, and cheap: an agent may say so
   * thousands of times in one message.
   */
  public synchronized void leave(AgentSession session, TunnelStream tunnel) {
    if (!session.remove(tunnel)) {
      return;
    }
    if (!session.hasTunnels()) {
      sessions.remove(session);
    }
    publish();
  }

  private void publish() {
    snapshot = new RegistrySnapshot(sessions);
  }
}
