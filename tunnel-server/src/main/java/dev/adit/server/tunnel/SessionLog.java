package dev.adit.server.tunnel;

import dev.adit.core.name.GroupName;
import dev.adit.core.tunnel.TunnelException;
import dev.adit.server.registry.AgentSession;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of runs of agents that go: each thing once, however many tunnels a run has, and its end
 * when the last of them has ended, those included that only finished their calls. Any thread.
 */
public final class SessionLog {
  private static final Logger log = LoggerFactory.getLogger(SessionLog.class);

  // shared: guarded by the monitor
  private final Map<AgentSession, Told> sessions = new LinkedHashMap<>();

  /** What is known of a run, and has been said of it. */
  private static final class Told {
    private int tunnels;
    private boolean quiet;
    private boolean draining;
    private final Set<GroupName> withdrawn = new HashSet<>();
  }

  /** A tunnel of the run is up; its end is told by {@link #onEnded}. */
  synchronized void onUp(AgentSession session) {
    sessions.computeIfAbsent(session, each -> new Told()).tunnels++;
  }

  /** A tunnel of the run has become quiet, or is heard again; a run is quiet with its last. */
  synchronized void onQuiet(AgentSession session, boolean tunnelIs) {
    log.debug("{} {} on a tunnel", session, tunnelIs ? "is quiet" : "is heard again");
    Told told = sessions.get(session);
    boolean quiet = session.isQuiet();
    if (told != null && told.quiet != quiet) {
      told.quiet = quiet;
      log.info("{} {}", session, quiet ? "is quiet on all its tunnels" : "is heard again");
    }
  }

  /** A tunnel of the run takes no more calls: its agent goes away, or has another in its place. */
  synchronized void onDrain(AgentSession session, String reason) {
    log.debug("{} drains a tunnel", session);
    Told told = sessions.get(session);
    if (told != null && !told.draining && reason.equals("going-away")) {
      told.draining = true;
      log.info("{} is draining: {} calls run", session, session.calls());
    }
  }

  /** Runs that go away and finish their calls, the oldest first. */
  public synchronized List<AgentSession> draining() {
    return sessions.entrySet().stream()
        .filter(each -> each.getValue().draining)
        .map(Map.Entry::getKey)
        .toList();
  }

  /** The credential of a tunnel of the run is no good any more for these groups. */
  synchronized void onWithdrawn(AgentSession session, Set<GroupName> groups) {
    Told told = sessions.get(session);
    if (told != null && told.withdrawn.addAll(groups)) {
      log.warn("{} may not serve {} any more (forbidden)", session, groups);
    }
  }

  /** A tunnel of the run has ended. */
  synchronized void onEnded(AgentSession session, TunnelException cause) {
    Told told = sessions.get(session);
    if (told == null) {
      return;
    }
    told.tunnels--;
    if (told.tunnels > 0) {
      log.debug("{} tunnel ended: {} ({})", session, cause.getMessage(), cause.reason());
      return;
    }
    sessions.remove(session);
    log.info("{} has no tunnel left: {} ({})", session, cause.getMessage(), cause.reason());
  }
}
