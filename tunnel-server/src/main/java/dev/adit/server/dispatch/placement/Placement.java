package dev.adit.server.dispatch.placement;

import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.CallReset;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.RequestSide;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.call.ResponseSide;
import dev.adit.core.flow.ReplayCopy;
import dev.adit.core.name.GroupName;
import dev.adit.core.tunnel.TunnelStream;
import dev.adit.server.registry.AgentGroup;
import dev.adit.server.registry.AgentSession;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One call between its caller and the agents it is placed on, one after the other: while the server
 * knows that no backend has seen the call, a failure moves it to another agent and the caller
 * notices nothing (docs/protocol.md 4). Confined to the loop of the caller's connection.
 */
public final class Placement extends RequestProgress implements RequestSide, ResponseSide {
  private static final int MAX_PLACEMENTS = 3;
  private static final long LEAST_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /**
   * What is to be placed.
   *
   * @param before placements that the call has had already
   * @param shunned agents to choose only if there is no other
   */
  public record Wanted(
      CallHeaders headers,
      GroupName group,
      AsciiString rule,
      Choice choice,
      int before,
      List<AgentSession> shunned) {
    public Wanted {
      shunned = List.copyOf(shunned);
    }

    /** A call that has not been placed before. */
    public Wanted(CallHeaders headers, GroupName group, AsciiString rule, Choice choice) {
      this(headers, group, rule, choice, 0, List.of());
    }

    /** The same for another attempt. */
    Wanted again(CallHeaders now, int placements, List<AgentSession> agents) {
      return new Wanted(now, group, rule, choice, placements, agents);
    }
  }

  // deps
  private final PlacementContext context;
  private final EventLoop home;
  private final CallHeaders headers;
  private final GroupName group;
  private final AsciiString rule;
  private final Choice choice;

  /** Placements that the call has had already. */
  private final int before;

  private final ReplayCopy copy;

  /** Whether the copy is ours to fill and to drop. */
  private final boolean keeps;

  /** When the deadline of what is wanted counts from; unused without one. */
  private final long begunNanos;

  // state, confined to the loop
  private List<AgentSession> tried;
  private int attempts;

  /** The one that has it, or had it last. */
  private @Nullable AgentSession agent;

  /** Tunnels that it was opened on. */
  private int opened;

  /** Request bytes that have left on the newest. */
  private long sentBytes;

  private @Nullable RequestSide request;
  private @Nullable CallReset lastFailure;

  /** An agent has a backend for it or an answer, or there is none. */
  private boolean settled;

  private boolean over;

  /**
   * A placement that has not begun.
   *
   * @param home the loop of the caller's connection
   * @param caller told of every outcome
   */
  public Placement(
      PlacementContext context, EventLoop home, Wanted wanted, PlacementListener caller) {
    this(context, home, wanted, caller, context.newCopy(), true);
  }

  /**
   * The same for who has kept the request's chunks so far and goes on to do so: they are sent from
   * there.
   *
   * @param kept has each chunk before it comes here; dropped by its owner
   */
  Placement(
      PlacementContext context,
      EventLoop home,
      Wanted wanted,
      PlacementListener caller,
      ReplayCopy kept) {
    this(context, home, wanted, caller, kept, false);
  }

  private Placement(
      PlacementContext context,
      EventLoop home,
      Wanted wanted,
      PlacementListener caller,
      ReplayCopy copy,
      boolean keeps) {
    super(caller);
    this.context = context;
    this.home = home;
    headers = wanted.headers();
    group = wanted.group();
    rule = wanted.rule();
    choice = wanted.choice();
    before = wanted.before();
    attempts = before;
    tried = wanted.shunned();
    this.copy = copy;
    this.keeps = keeps;
    begunNanos = headers.hasTimeout() ? home.ticker().nanoTime() : 0;
  }

  /**
   * Gives the call to an agent; if there is none, or no time is left that could be told to one,
   * tells the caller's side so.
   */
  public void place() {
    if (isLate()) {
      fail(CallReset.unprocessed(CallFailure.DEADLINE, "the deadline has passed"));
      return;
    }
    AgentGroup agents = context.agents(group);
    TunnelStream tunnel = agents == null ? null : pick(agents);
    if (tunnel == null && agents != null && attempts == before && !tried.isEmpty()) {
      // Only shunned ones are left: better one of them than none.
      tried = List.of();
      tunnel = pick(agents);
    }
    AgentSession chosen = agent;
    if (tunnel == null || chosen == null) {
      fail(unplaceable(agents));
      return;
    }
    attempts++;
    caller.onPlaced(chosen, attempts);
    open(tunnel);
  }

  /** Whether less than a millisecond is left, the least that a head can have (protocol.md). */
  private boolean isLate() {
    long given = headers.timeoutNanos();
    if (given == CallHeaders.NO_TIMEOUT) {
      return false;
    }
    // The first placement comes at once: most calls need no look at the clock.
    boolean first = attempts == before;
    long spent = first ? 0 : home.ticker().nanoTime() - begunNanos;
    return given - spent < LEAST_NANOS;
  }

  private void open(TunnelStream tunnel) {
    CallHeaders head = caller.headFor(request == null ? headers : withTimeLeft());
    AsciiString groupText = context.text(group);
    if (copy.isComplete()) {
      // What the caller may send before it is accepted fits into the copy.
      tellAtMost(Math.max(0, ReplayCopy.MAX_CALL_BYTES - tunnel.initialWindow()));
    }
    sentBytes = 0;
    int number = ++opened;
    RequestSide side =
        tunnel.loop() == home
            ? tunnel.open(head, groupText, rule, attempts, this)
            : CrossLoop.open(tunnel, home, head, groupText, rule, attempts, this);
    if (over || opened != number) {
      // Answered before we came back: told, or placed again already.
      return;
    }
    boolean again = request != null;
    request = side;
    if (again || !keeps) {
      copy.replayTo(side::onRequestChunk);
    }
  }

  /** Takes a slot of an agent that is free; returns the agent's tunnel for the call. */
  private @Nullable TunnelStream pick(AgentGroup agents) {
    AgentSession chosen = AgentPicker.pick(agents, choice, tried);
    while (chosen != null) {
      // Asked once: on another loop the tunnel may begin to drain at any time.
      TunnelStream tunnel = chosen.tunnelFor(home);
      if (tunnel != null) {
        agent = chosen;
        return tunnel;
      }
      // Its last tunnel has just begun to drain; the registry is about to say so.
      chosen.end();
      onTried(chosen);
      chosen = AgentPicker.pick(agents, choice, tried);
    }
    return null;
  }

  /** It is not asked again. */
  private void onTried(AgentSession agent) {
    tried = new ArrayList<>(tried);
    tried.add(agent);
  }

  private CallReset unplaceable(@Nullable AgentGroup agents) {
    CallReset last = lastFailure;
    if (last != null) {
      return last;
    }
    if (agents == null) {
      return CallReset.unprocessed(
          CallFailure.NO_AGENT, "no agent of group " + group + " is connected");
    }
    return CallReset.unprocessed(
        CallFailure.AGENT_OVERLOADED,
        "every agent of group " + group + " is at its limit of calls");
  }

  private CallHeaders withTimeLeft() {
    return TimeLeft.after(headers, home.ticker().nanoTime() - begunNanos);
  }

  @Override
  public void onRequestChunk(ByteBuf data, boolean last) {
    RequestSide side = request;
    if (over || side == null) {
      data.release();
      return;
    }
    if (keeps) {
      copy.keep(data, last);
    }
    if (!copy.isComplete()) {
      tellAll();
    }
    side.onRequestChunk(data, last);
  }

  @Override
  public void onResponseConsumed(int bytes) {
    if (request != null) {
      request.onResponseConsumed(bytes);
    }
  }

  @Override
  public void onCancel(CallReset reset) {
    if (!over) {
      finish();
      if (request != null) {
        request.onCancel(reset);
      }
    }
  }

  private void fail(CallReset reset) {
    finish();
    caller.onReset(reset);
  }

  private void finish() {
    over = true;
    settle();
  }

  /** It is placed for good, one way or the other. */
  private void settle() {
    settled = true;
    if (keeps) {
      copy.drop();
    }
  }

  @Override
  public void onAccepted(AsciiString upstream, AsciiString backend) {
    if (!over) {
      settle();
      tellAll();
      caller.onAccepted(upstream, backend);
    }
  }

  @Override
  public void onHead(ResponseHead head, boolean last) {
    if (over) {
      return;
    }
    settle();
    tellAll();
    over = last;
    caller.onHead(head, last);
  }

  @Override
  public void onResponseChunk(ByteBuf data, boolean last) {
    if (over) {
      data.release();
      return;
    }
    over = last;
    caller.onResponseChunk(data, last);
  }

  @Override
  public void onTrailers(HeaderFields trailers) {
    if (!over) {
      over = true;
      caller.onTrailers(trailers);
    }
  }

  @Override
  public void onRequestConsumed(int bytes) {
    sentBytes += bytes;
    onLeft(sentBytes);
  }

  @Override
  public void onReset(CallReset reset) {
    AgentSession from = agent;
    if (over || from == null) {
      return;
    }
    // No agent can say so: see OutgoingCall.
    boolean neverLeft = reset.failure() == CallFailure.DRAINING;
    CallReset failure =
        neverLeft ? CallReset.unprocessed(CallFailure.TUNNEL_LOST, reset.message()) : reset;
    if (reset.processed() || settled || !copy.isComplete()) {
      fail(failure);
    } else if (!neverLeft || !moves(from)) {
      placeAgain(from, failure);
    }
  }

  /** The same placement on another tunnel of the agent, which has not heard of the call. */
  private boolean moves(AgentSession from) {
    TunnelStream tunnel = from.tunnelFor(home);
    if (tunnel == null || isLate() || !from.tryBegin()) {
      return false;
    }
    open(tunnel);
    return true;
  }

  private void placeAgain(AgentSession from, CallReset failure) {
    if (attempts - before >= MAX_PLACEMENTS) {
      fail(failure);
      return;
    }
    lastFailure = failure;
    onTried(from);
    caller.onUnplaced(failure.failure().token().toString());
    place();
  }
}
