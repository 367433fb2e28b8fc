package dev.adit.server.dispatch;

import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.RequestSide;
import dev.adit.core.name.GroupName;
import dev.adit.server.registry.AgentGroup;
import dev.adit.server.registry.AgentRegistry;
import dev.adit.server.routing.Route;
import io.netty.channel.EventLoop;
import io.netty.util.AsciiString;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Gives routed calls to agents. Any loop. */
public final class Dispatcher {
  // deps
  private final AgentRegistry registry;

  private final Predicate<GroupName> liveGroups = this::isLive;

  // shared: bytes kept for placing calls again
  private final AtomicLong replayBytes = new AtomicLong();

  // shared: group names as they go on the wire; as many as rules name
  private final ConcurrentMap<GroupName, AsciiString> texts = new ConcurrentHashMap<>();

  public Dispatcher(AgentRegistry registry) {
    this.registry = registry;
  }

  /**
   * Gives a call to an agent of {@code group}. Every outcome, also that there is no agent, comes
   * through {@code caller}; it may come before this method returns.
   *
   * @param home the loop of the caller's connection, on which this is called
   * @return where the call's request goes
   */
  public RequestSide dispatch(
      CallHeaders headers, GroupName group, Route route, EventLoop home, PlacementListener caller) {
    assert home.inEventLoop();
    Placement placement = new Placement(this, home, headers, group, route, caller);
    placement.place();
    return placement;
  }

  private boolean isLive(GroupName group) {
    return agents(group) != null;
  }

  /** Whether a group has a live agent. */
  public Predicate<GroupName> liveGroups() {
    return liveGroups;
  }

  /** Bytes kept now for placing calls again. */
  public long keptBytes() {
    return replayBytes.get();
  }

  @Nullable AgentGroup agents(GroupName group) {
    return registry.snapshot().group(group);
  }

  AtomicLong replayBytes() {
    return replayBytes;
  }

  AsciiString text(GroupName group) {
    return texts.computeIfAbsent(group, name -> AsciiString.cached(name.value()));
  }
}
