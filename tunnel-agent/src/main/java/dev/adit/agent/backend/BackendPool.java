package dev.adit.agent.backend;

import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections of one event loop to one backend. A call takes a stream on the first that has one
 * free; where none has, another connection is opened or the call waits, as long as connecting may
 * take. Confined to its loop.
 */
public final class BackendPool {
  private static final Logger log = LoggerFactory.getLogger(BackendPool.class);

  // deps
  private final Backend backend;
  private final EventLoop loop;
  private final BackendConnector connector;

  // state, confined to the loop
  private final List<BackendConnection> connections = new ArrayList<>(2);
  private final ArrayDeque<Waiter> waiting = new ArrayDeque<>();
  private boolean serving;

  BackendPool(Backend backend, EventLoop loop, BackendConnector connector) {
    this.backend = backend;
    this.loop = loop;
    this.connector = connector;
  }

  /** What backends of this pool see in :scheme. */
  public String scheme() {
    return connector.scheme();
  }

  /** Asks for a stream; the answer may come before this returns. */
  public void acquire(ConnectionUser user) {
    assert loop.inEventLoop();
    BackendConnection free = waiting.isEmpty() ? firstFree() : null;
    if (free != null) {
      free.reserve();
      user.onConnection(free);
      return;
    }
    Waiter waiter = new Waiter(user);
    waiting.add(waiter);
    loop.schedule(waiter, BackendConnector.CONNECT_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
    connectIfNeeded();
  }

  private @org.jspecify.annotations.Nullable BackendConnection firstFree() {
    for (BackendConnection connection : connections) {
      if (connection.free() > 0) {
        return connection;
      }
    }
    return null;
  }

  private void connectIfNeeded() {
    long usable = connections.stream().filter(BackendConnection::isUsable).count();
    long connecting =
        connections.stream()
            .filter(connection -> connection.isUsable() && !connection.isReady())
            .count();
    if (usable >= connector.maxConnections() || connecting > 0) {
      return;
    }
    BackendConnection connection = BackendConnection.newConnection(this, connector.initialWindow());
    connections.add(connection);
    connector.connect(backend.address(), loop, connection);
    loop.schedule(
        connection::giveUp, BackendConnector.CONNECT_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
  }

  void onReady() {
    if (backend.isUnreachable()) {
      log.info("backend {} is reachable again", backend);
    }
    backend.reachable(true);
    onFree();
  }

  /** A stream may have become free. */
  void onFree() {
    if (serving || waiting.isEmpty()) {
      return;
    }
    serving = true;
    BackendConnection free;
    while (!waiting.isEmpty() && (free = firstFree()) != null) {
      free.reserve();
      waiting.remove().serve(free);
    }
    serving = false;
    if (!waiting.isEmpty()) {
      connectIfNeeded();
    }
  }

  void onDraining(BackendConnection connection) {
    log.debug("backend {} goes away on one connection", backend);
    connectForWaiting();
  }

  void onConnectionError(String why) {
    log.warn("backend {}: {}", backend, why);
  }

  void onClosed(BackendConnection connection, String why) {
    boolean wasUsed = connections.remove(connection);
    boolean noneLeft = connections.stream().noneMatch(BackendConnection::isUsable);
    if (!wasUsed || !noneLeft || waiting.isEmpty()) {
      connectForWaiting();
      return;
    }
    if (!backend.isUnreachable()) {
      log.warn("backend {} cannot be reached: {}", backend, why);
    }
    backend.reachable(false);
    while (!waiting.isEmpty()) {
      waiting.remove().fail();
    }
  }

  private void connectForWaiting() {
    if (!waiting.isEmpty()) {
      connectIfNeeded();
    }
  }

  /** One who waits for a stream, and the end of its patience. */
  private final class Waiter implements Runnable {
    private final ConnectionUser user;
    private boolean told;

    Waiter(ConnectionUser user) {
      this.user = user;
    }

    void serve(BackendConnection connection) {
      told = true;
      user.onConnection(connection);
    }

    void fail() {
      told = true;
      user.onNoConnection();
    }

    @Override
    public void run() {
      if (!told) {
        waiting.remove(this);
        fail();
      }
    }
  }
}
