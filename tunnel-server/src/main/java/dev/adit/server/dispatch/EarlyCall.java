package dev.adit.server.dispatch;

import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.CallReset;
import dev.adit.core.call.RequestSide;
import dev.adit.core.name.GroupName;
import dev.adit.server.dispatch.placement.PlacementListener;
import dev.adit.server.dispatch.placement.TimeLeft;
import dev.adit.server.routing.Route;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A call that came before the agents of its group did, while the server has just started. What the
 * caller sends is kept, no more than its flow-control window, until there is an agent or none is
 * expected any more. Confined to the loop of the caller's connection.
 */
final class EarlyCall implements RequestSide {
  private static final int LOOK_MILLIS = 10;

  // deps
  private final Dispatcher dispatcher;
  private final CallHeaders headers;
  private final Route route;
  private final EventLoop home;
  private final Consumer<GroupName> chosen;
  private final PlacementListener caller;
  private final long begunNanos;

  // state, confined to the loop; buffers are owned until they are handed on
  private final Queue<ByteBuf> kept = new ArrayDeque<>();
  private boolean keptLast;
  private boolean over;
  private @Nullable RequestSide placed;

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

  void lookLater() {
    home.schedule(this::look, LOOK_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void look() {
    if (over) {
      return;
    }
    GroupName group = dispatcher.chooseGroup(route);
    if (group != null) {
      place(group);
    } else if (dispatcher.isEarly(route)) {
      lookLater();
    } else {
      drop();
      caller.onReset(CallReset.unprocessed(CallFailure.NO_AGENT, Dispatcher.noAgentText(route)));
    }
  }

  private void place(GroupName group) {
    chosen.accept(group);
    CallHeaders now = TimeLeft.after(headers, home.ticker().nanoTime() - begunNanos);
    RequestSide side = dispatcher.dispatch(now, group, route, home, caller);
    placed = side;
    for (ByteBuf data = kept.poll(); data != null; data = kept.poll()) {
      side.onRequestChunk(data, keptLast && kept.isEmpty());
    }
  }

  private void drop() {
    over = true;
    kept.forEach(ByteBuf::release);
    kept.clear();
  }

  @Override
  public void onRequestChunk(ByteBuf data, boolean last) {
    RequestSide side = placed;
    if (side != null) {
      side.onRequestChunk(data, last);
    } else if (over) {
      data.release();
    } else {
      kept.add(data);
      keptLast = last;
    }
  }

  @Override
  public void onResponseConsumed(int bytes) {
    RequestSide side = placed;
    if (side != null) {
      side.onResponseConsumed(bytes);
    }
  }

  @Override
  public void onCancel(CallReset reset) {
    RequestSide side = placed;
    if (side != null) {
      side.onCancel(reset);
    } else {
      drop();
    }
  }
}
