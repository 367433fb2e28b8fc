package dev.adit.server.registry;

import dev.adit.core.flow.Slots;
import dev.adit.core.name.AgentId;
import dev.adit.core.name.GroupName;
import dev.adit.core.tunnel.TunnelStream;
import io.netty.channel.EventLoop;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One run of one agent and its tunnels: what a call is placed on. Any thread. */
public final class AgentSession {
  private static final TunnelStream[] NONE = {};

  // deps
  private final AgentId id;
  private final String instance;
  private final String softwareVersion;
  private final String address;
  private final Instant since;

  // shared: replaced as a whole, by what its newest tunnel was welcomed to
  private volatile Set<GroupName> groups;

  // shared: guarded by the monitor of the registry
  private int exactness;

  // shared: replaced as a whole under the monitor, read without it
  private volatile TunnelStream[] tunnels = NONE;

  // shared: what each of the tunnels was welcomed to
  private final Map<TunnelStream, Set<GroupName>> welcomes = new ConcurrentHashMap<>();

  // shared: guarded by the monitor; one of its tunnels makes way for one with more groups
  private boolean renewing;

  // shared: calls in flight over all loops
  private final Slots calls;

  // shared: replaced as a whole
  private volatile List<UpstreamState> upstreams = List.of();

  // shared: changed by whoever hands configuration out, one at a time
  private final Map<GroupName, HandedConfig> handed = new ConcurrentHashMap<>();

  /**
   * A session without tunnels yet.
   *
   * @param instance names this run of the agent
   * @param exactness how exactly the line of agents.yaml names the agent that its credential
   *     proves; more is more exact
   * @param maxCalls calls in flight it takes
   * @param address where it dialled from, for people
   */
  public AgentSession(
      AgentId id,
      String instance,
      Set<GroupName> groups,
      int exactness,
      int maxCalls,
      String softwareVersion,
      String address,
      Instant since) {
    this.id = id;
    this.instance = instance;
    this.groups = Set.copyOf(groups);
    this.exactness = exactness;
    calls = new Slots(maxCalls);
    this.softwareVersion = softwareVersion;
    this.address = address;
    this.since = since;
  }

  public AgentId id() {
    return id;
  }

  public String instance() {
    return instance;
  }

  public Set<GroupName> groups() {
    return groups;
  }

  /** Whether a tunnel is one of those that take calls. */
  public boolean has(TunnelStream tunnel) {
    return welcomes.containsKey(tunnel);
  }

  /** Whether the agent was told on this tunnel that it serves the group; only where it is up. */
  public boolean isWelcomed(TunnelStream tunnel, GroupName group) {
    return welcomes.getOrDefault(tunnel, Set.of()).contains(group);
  }

  int exactness() {
    return exactness;
  }

  public int maxCalls() {
    return calls.most();
  }

  public String softwareVersion() {
    return softwareVersion;
  }

  public String address() {
    return address;
  }

  public Instant since() {
    return since;
  }

  /** How its upstreams are, as it said last; empty before. */
  public List<UpstreamState> upstreams() {
    return upstreams;
  }

  void upstreams(List<UpstreamState> now) {
    upstreams = List.copyOf(now);
  }

  /** Whether none of its tunnels is heard. */
  public boolean isQuiet() {
    for (TunnelStream tunnel : tunnels) {
      if (!tunnel.isQuiet()) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether a call of the group may find a backend: not if the agent is quiet on all its tunnels,
   * nor if every upstream that could serve it says that it has none.
   */
  public boolean isHealthy(GroupName group) {
    return !isQuiet() && hasBackend(group);
  }

  /** Whether none of its groups passes it over now. */
  public boolean isHealthy() {
    return groups.stream().allMatch(this::isHealthy);
  }

  /** The shortest last round trip of its tunnels, in microseconds; -1 before it is measured. */
  public long rttMicros() {
    return Arrays.stream(tunnels)
        .mapToLong(TunnelStream::rttNanos)
        .filter(nanos -> nanos >= 0)
        .map(TimeUnit.NANOSECONDS::toMicros)
        .min()
        .orElse(-1);
  }

  private boolean hasBackend(GroupName group) {
    boolean any = false;
    for (UpstreamState upstream : upstreams) {
      if (upstream.group().isEmpty() || upstream.group().equals(group.value())) {
        if (upstream.healthy() > 0) {
          return true;
        }
        any = true;
      }
    }
    return !any;
  }

  /** What it was handed of its groups' configuration; grows by those groups only. */
  public Map<GroupName, HandedConfig> handed() {
    return handed;
  }

  /** Its tunnels that take calls. */
  public TunnelStream[] tunnels() {
    return tunnels.clone();
  }

  boolean hasTunnels() {
    return tunnels.length > 0;
  }

  /**
   * One more tunnel.
   *
   * @param welcomed what it was welcomed to: this session, or the same run with groups and a limit
   *     of its own, which hold from now on
   */
  synchronized void add(TunnelStream tunnel, AgentSession welcomed) {
    groups = welcomed.groups();
    exactness = welcomed.exactness();
    calls.resize(welcomed.maxCalls());
    renewing = false;
    welcomes.put(tunnel, welcomed.groups());
    TunnelStream[] more = Arrays.copyOf(tunnels, tunnels.length + 1);
    more[more.length - 1] = tunnel;
    tunnels = more;
  }

  /**
   * What a tunnel was welcomed to has changed without it.
   *
   * @return false if it is none of its tunnels
   */
  synchronized boolean welcome(TunnelStream tunnel, Set<GroupName> now) {
    if (welcomes.replace(tunnel, now) == null) {
      return false;
    }
    groups = welcomes.getOrDefault(tunnels[tunnels.length - 1], groups);
    return true;
  }

  /** How exactly the line that a tunnel's credential proves names the agent now. */
  synchronized void rank(TunnelStream tunnel, int now) {
    if (hasTunnels() && tunnels[tunnels.length - 1] == tunnel) {
      exactness = now;
    }
  }

  /** False if one of its tunnels makes way already. */
  synchronized boolean beginRenewal() {
    boolean begins = !renewing;
    renewing = true;
    return begins;
  }

  /** False if it was none of its tunnels: nothing has changed then. */
  synchronized boolean remove(TunnelStream tunnel) {
    if (welcomes.remove(tunnel) == null) {
      return false;
    }
    tunnels = Arrays.stream(tunnels).filter(each -> each != tunnel).toArray(TunnelStream[]::new);
    if (tunnels.length > 0) {
      // Of the newest that is left.
      groups = welcomes.getOrDefault(tunnels[tunnels.length - 1], groups);
    }
    return true;
  }

  /**
   * A tunnel that takes calls, a quiet one only if there is no other: on the loop {@code home} if
   * there is one, else the one with the fewest calls; null if there is none.
   */
  public @Nullable TunnelStream tunnelFor(EventLoop home) {
    TunnelStream other = null;
    TunnelStream quiet = null;
    for (TunnelStream tunnel : tunnels) {
      if (!tunnel.takesCalls()) {
        continue;
      }
      if (tunnel.isQuiet()) {
        quiet = tunnel;
      } else if (tunnel.loop() == home) {
        return tunnel;
      } else if (other == null || tunnel.callCount() <= other.callCount()) {
        // A server with more loops than an agent has tunnels would else give all the rest to one.
        other = tunnel;
      }
    }
    return other == null ? quiet : other;
  }

  /** Calls in flight now. A cancelled call counts until the agent has confirmed its end. */
  public int calls() {
    return calls.taken();
  }

  public boolean isFull() {
    return calls.isFull();
  }

  /** Takes a slot for a call; false if all are taken. */
  public boolean tryBegin() {
    return calls.tryTake();
  }

  /** Gives a slot back. */
  public void end() {
    calls.giveBack();
  }

  @Override
  public String toString() {
    return id + "/" + instance;
  }
}
