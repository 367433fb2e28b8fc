package dev.adit.server.dispatch.placement;

import dev.adit.core.flow.ReplayCopy;
import dev.adit.core.name.GroupName;
import dev.adit.server.registry.AgentGroup;
import dev.adit.server.registry.AgentRegistry;
import io.netty.util.AsciiString;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What every placement needs: who is connected, and how much is kept for all of them. Any loop. */
public final class PlacementContext {
  private final AgentRegistry registry;

  // shared: bytes kept for placing calls again
  private final AtomicLong keptBytes = new AtomicLong();

  // shared: group names as they go on the wire; as many as rules name
  private final ConcurrentMap<GroupName, AsciiString> texts = new ConcurrentHashMap<>();

  public PlacementContext(AgentRegistry registry) {
    this.registry = registry;
  }

  /** The agents of a group now, or null if it has none. */
  public @Nullable AgentGroup agents(GroupName group) {
    return registry.snapshot().group(group);
  }

  /** Bytes kept now for placing calls again. */
  public long keptBytes() {
    return keptBytes.get();
  }

  ReplayCopy newCopy() {
    return new ReplayCopy(keptBytes);
  }

  AsciiString text(GroupName group) {
    return texts.computeIfAbsent(group, name -> AsciiString.cached(name.value()));
  }
}
