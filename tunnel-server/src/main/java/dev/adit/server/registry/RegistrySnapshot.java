package dev.adit.server.registry;

import dev.adit.core.name.GroupName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Who is connected, frozen at one moment. */
public final class RegistrySnapshot {
  static final RegistrySnapshot EMPTY = new RegistrySnapshot(List.of());

  private final Map<GroupName, AgentGroup> groups = new HashMap<>();
  private final List<AgentSession> sessions;

  RegistrySnapshot(List<AgentSession> sessions) {
    this.sessions = List.copyOf(sessions);
    Map<GroupName, List<AgentSession>> byGroup = new HashMap<>();
    for (AgentSession session : sessions) {
      for (GroupName group : session.groups()) {
        byGroup.computeIfAbsent(group, name -> new ArrayList<>()).add(session);
      }
    }
    byGroup.forEach((name, agents) -> groups.put(name, AgentGroup.of(name, agents)));
  }

  /** The agents of a group, or null if it has none. */
  public @Nullable AgentGroup group(GroupName name) {
    return groups.get(name);
  }

  public Collection<AgentGroup> groups() {
    return groups.values();
  }

  public List<AgentSession> sessions() {
    return sessions;
  }
}
