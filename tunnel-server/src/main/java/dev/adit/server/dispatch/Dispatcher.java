package dev.adit.server.dispatch;

import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.RequestSide;
import dev.adit.core.flow.ReplayCopy;
import dev.adit.core.name.GroupName;
import dev.adit.server.dispatch.placement.Choice;
import dev.adit.server.dispatch.placement.Placement;
import dev.adit.server.dispatch.placement.PlacementContext;
import dev.adit.server.dispatch.placement.PlacementListener;
import dev.adit.server.dispatch.placement.RetriedCall;
import dev.adit.server.dispatch.placement.TimeLeft;
import dev.adit.server.policy.Mirror;
import dev.adit.server.policy.RetryPolicy;
import dev.adit.server.registry.AgentGroup;
import dev.adit.server.registry.AgentRegistry;
import dev.adit.server.registry.AgentSession;
import dev.adit.server.registry.ExpectedGroups;
import dev.adit.server.routing.Route;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Gives routed calls to agents. Any loop. */
public final class Dispatcher {
  // deps
  private final PlacementContext context;
  private final ExpectedGroups expected;

  private final Predicate<GroupName> healthyGroups = this::isHealthy;
  private final Predicate<GroupName> liveGroups = this::isLive;

  private final MirrorSlots mirrors = new MirrorSlots();

  // shared: one entry a loop
  private final ConcurrentMap<EventLoop, EarlyCalls> early = new ConcurrentHashMap<>();

  /**
   * Gives calls to the agents that are connected.
   *
   * @param expected groups whose agents calls may wait for
   */
  public Dispatcher(AgentRegistry registry, ExpectedGroups expected) {
    context = new PlacementContext(registry);
    this.expected = expected;
  }

  /**
   * The group that takes a call now, or null if none can, or had better not yet: the agents that
   * have come are full, and others are on their way. It counts as a call in the split.
   */
  public @Nullable GroupName chooseGroup(Route route) {
    GroupName healthy = route.chooseGroup(healthyGroups);
    // Without a healthy one, its agents can say best what is the matter with their backends.
    GroupName chosen = healthy == null ? route.chooseGroup(liveGroups) : healthy;
    return chosen != null && expected.isOpen() && isFull(chosen) ? null : chosen;
  }

  private boolean isFull(GroupName name) {
    AgentGroup group = context.agents(name);
    return group != null && group.choosable().stream().allMatch(AgentSession::isFull);
  }

  /**
   * Whether a call without a group waits: the server has just started and its agents will come, or
   * there are some, which have room perhaps when it looks again.
   */
  public boolean isEarly(Route route) {
    return route.mayChoose(expected) || route.mayChoose(liveGroups);
  }

  /** Why a call has no agent, for its caller. */
  public static String noAgentText(Route route) {
    return "no agent of group " + missedGroup(route).value() + " is connected";
  }

  /** The group that a call is told to lack an agent of: the first that its rule names. */
  public static GroupName missedGroup(Route route) {
    return route.rule().to().get(0).group();
  }

  /**
   * As {@link #dispatch} once a group of the call's has an agent for it; until then its request is
   * kept.
   *
   * @param chosen told which group that is, before anything else
   */
  public RequestSide dispatchEarly(
      CallHeaders headers,
      Route route,
      EventLoop home,
      Consumer<GroupName> chosen,
      PlacementListener caller) {
    EarlyCall call = new EarlyCall(this, headers, route, home, chosen, caller);
    early.computeIfAbsent(home, EarlyCalls::new).add(call);
    return call.request();
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
    Mirror mirror = route.rule().mirror();
    if (mirror != null && ThreadLocalRandom.current().nextDouble(100) < mirror.percent()) {
      return dispatchMirrored(headers, group, route, mirror.group(), home, caller);
    }
    return place(headers, group, route, home, caller);
  }

  private RequestSide place(
      CallHeaders headers, GroupName group, Route route, EventLoop home, PlacementListener caller) {
    Placement.Wanted wanted =
        new Placement.Wanted(headers, group, route.ruleText(), Choice.of(route, headers.fields()));
    RetryPolicy retry = route.rule().retry();
    if (retry != null && headers.isGrpc()) {
      RetriedCall call = new RetriedCall(context, home, wanted, retry, route.retries(), caller);
      call.begin();
      return call;
    }
    Placement placement = new Placement(context, home, wanted, caller);
    placement.place();
    return placement;
  }

  /** A copy takes no turn of its rule's: it must not change where calls go. */
  private RequestSide dispatchMirrored(
      CallHeaders headers,
      GroupName group,
      Route route,
      GroupName shadow,
      EventLoop home,
      PlacementListener caller) {
    long begun = home.ticker().nanoTime();
    MirrorCall.PlacementMaker maker =
        (head, listener) ->
            new Placement(
                context,
                home,
                new Placement.Wanted(head, shadow, route.ruleText(), Choice.LEAST_CALLS),
                listener);
    MirroredCall mirrored =
        new MirroredCall(
            caller,
            new ReplayCopy(mirrors.bytes()),
            body ->
                MirrorCall.send(
                    mirrors,
                    route.ruleText(),
                    shadow,
                    home,
                    TimeLeft.after(headers, home.ticker().nanoTime() - begun),
                    body,
                    maker));
    mirrored.request(place(headers, group, route, home, mirrored));
    return mirrored;
  }

  private boolean isHealthy(GroupName name) {
    AgentGroup group = context.agents(name);
    return group != null && !group.healthy().isEmpty();
  }

  private boolean isLive(GroupName group) {
    return context.agents(group) != null;
  }

  /** Bytes kept now for placing calls again, and for copies of calls. */
  public long keptBytes() {
    return context.keptBytes() + mirrors.bytes().get();
  }

  /** Copies of calls that are over, by group and why they failed; empty: they were answered. */
  public Map<List<String>, Long> mirrored() {
    return mirrors.counts().all();
  }

  /** Copies of calls that run now. */
  public int mirrorsRunning() {
    return mirrors.taken();
  }
}
