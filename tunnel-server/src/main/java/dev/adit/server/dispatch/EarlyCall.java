package dev.adit.server.dispatch;

import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.CallReset;
import dev.adit.core.call.RequestSide;
import dev.adit.core.flow.HeldRequest;
import dev.adit.core.name.GroupName;
import dev.adit.server.dispatch.placement.PlacementListener;
import dev.adit.server.dispatch.placement.TimeLeft;
import dev.adit.server.routing.Route;
import io.netty.channel.EventLoop;
import java.util.function.Consumer;

/**
 * A call that came before the agents of its group did, or enough of them, while the server has just
 * started. What the caller sends is held until there is an agent for it or none is expected any
 * more. Confined to the loop of the caller's connection.
 */
final class EarlyCall {
  // deps
  private final Dispatcher dispatcher;
  private final CallHeaders headers;
  private final Route route;
  private final EventLoop home;
  private final Consumer<GroupName> chosen;
  private final PlacementListener caller;
  private final long begunNanos;

  private final HeldRequest held = new HeldRequest();

  EarlyCall(
      Dispatcher dispatcher,
      CallHeaders headers,
      Route route,
      EventLoop home,
      Consumer<GroupName> chosen,
      PlacementListener caller) {
    this.dispatcher = dispatcher;
    this.headers = headers;
    this.route = route;
    this.home = home;
    this.chosen = chosen;
    this.caller = caller;
    begunNanos = home.ticker().nanoTime();
  }

  /** Where the call's request goes. */
  RequestSide request() {
    return held;
  }

  Route route() {
    return route;
  }

  /** Whether its caller has taken it back. */
  boolean isOver() {
    return held.isOver();
  }

  /** Looks for an agent; whether it goes on to wait for one. */
  boolean waits() {
    GroupName group = dispatcher.chooseGroup(route);
    if (group != null) {
      place(group);
      return false;
    }
    if (dispatcher.isEarly(route)) {
      return true;
    }
    held.drop();
    caller.onReset(CallReset.unprocessed(CallFailure.NO_AGENT, Dispatcher.noAgentText(route)));
    return false;
  }

  private void place(GroupName group) {
    chosen.accept(group);
    CallHeaders now = TimeLeft.after(headers, home.ticker().nanoTime() - begunNanos);
    held.handTo(dispatcher.dispatch(now, group, route, home, caller));
  }
}
