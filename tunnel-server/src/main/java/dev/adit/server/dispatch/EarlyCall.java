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
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A call that came before the agents of its group did, or enough of them, while the server has just
 * started. What the caller sends is held until there is an agent for it or none is expected any
 * more. Confined to the loop of the caller's connection.
 */
final class EarlyCall {
  private static final int LOOK_MILLIS = 10;

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
  RequestSide begin() {
    lookLater();
    return held;
  }

  private void lookLater() {
    home.schedule(this::look, LOOK_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void look() {
    if (held.isOver()) {
      return;
    }
    GroupName group = dispatcher.chooseGroup(route);
    if (group != null) {
      place(group);
    } else if (dispatcher.isEarly(route)) {
      lookLater();
    } else {
      held.drop();
      caller.onReset(CallReset.unprocessed(CallFailure.NO_AGENT, Dispatcher.noAgentText(route)));
    }
  }

  private void place(GroupName group) {
    chosen.accept(group);
    CallHeaders now = TimeLeft.after(headers, home.ticker().nanoTime() - begunNanos);
    held.handTo(dispatcher.dispatch(now, group, route, home, caller));
  }
}
