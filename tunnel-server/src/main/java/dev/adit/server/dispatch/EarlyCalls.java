package dev.adit.server.dispatch;

import dev.adit.server.routing.Route;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The calls of one event loop that wait for their agents. All of them look together, each 10 ms, so
 * that thousands cost little while agents shake hands: of one rule the first that finds no place
 * speaks for the others. Confined to the loop.
 */
final class EarlyCalls {
  private static final int LOOK_MILLIS = 10;

  // deps
  private final EventLoop loop;

  // state, confined to the loop
  private final ArrayDeque<EarlyCall> waiting = new ArrayDeque<>();
  private boolean scheduled;

  EarlyCalls(EventLoop loop) {
    this.loop = loop;
  }

  /** Lets a call wait. */
  void add(EarlyCall call) {
    waiting.add(call);
    lookLater();
  }

  private void lookLater() {
    if (!scheduled && !waiting.isEmpty()) {
      scheduled = true;
      loop.schedule(this::look, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private void look() {
    scheduled = false;
    Set<Route> placeless = Collections.newSetFromMap(new IdentityHashMap<>());
    try {
      for (int left = waiting.size(); left > 0; left--) {
        EarlyCall call = waiting.remove();
        if (call.isOver()) {
          continue;
        }
        if (placeless.contains(call.route())) {
          waiting.add(call);
        } else if (call.waits()) {
          placeless.add(call.route());
          waiting.add(call);
        }
      }
    } finally {
      lookLater();
    }
  }
}
