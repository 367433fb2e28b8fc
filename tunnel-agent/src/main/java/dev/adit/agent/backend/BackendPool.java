package dev.adit.agent.backend;

import dev.adit.agent.backend.connection.BackendConnection;
import dev.adit.agent.backend.connection.BackendConnector;
import dev.adit.agent.backend.connection.ConnectionOwner;
import io.netty.channel.EventLoop;
import io.netty.util.AsciiString;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections of one event loop to one backend. A call takes a stream on the first that has one
 * free; where none has, another connection is opened or the call waits, for as long as it has
 * patience. Confined to its loop.
 */
public final class BackendPool {
  private static final Logger log = LoggerFactory.getLogger(BackendPool.class);
  private static final long FIRST_PROBE_MILLIS = 1000;
  private static final long MAX_PROBE_MILLIS = 30_000;

  // deps
  private final Backend backend;
  private final EventLoop loop;
  private final BackendConnector connector;

  // state, confined to the loop
  private final List<BackendConnection> connections = new ArrayList<>(2);
  private final ArrayDeque<Waiter> waiting = new ArrayDeque<>();
  private boolean serving;
  private boolean probing;
  private boolean keeping;

  /** The last one that was dialled beside others did not come up: for a while there are those. */
  private boolean pausing;

  private long probeMillis = FIRST_PROBE_MILLIS;

  BackendPool(Backend backend, EventLoop loop, BackendConnector connector) {
    this.backend = backend;
    this.loop = loop;
    this.connector = connector;
  }

  /** What backends of this pool see in :scheme. */
  public AsciiString scheme() {
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
    connectIfNeeded();
  }

  /**
   * The same for who has to know how the backend is: where calls have all streams, on a connection
   * beside those that are allowed, for a moment.
   */
  public void acquireForCheck(ConnectionUser user) {
    assert loop.inEventLoop();
    if (firstFree() == null && hasReady()) {
      CheckConnection.dial(connector, backend.address(), loop, user);
    } else {
      acquire(user);
    }
  }

  private boolean hasReady() {
    return connections.stream().anyMatch(BackendConnection::isReady);
  }

  private @Nullable BackendConnection firstFree() {
    for (BackendConnection connection : connections) {
      if (connection.free() > 0) {
        return connection;
      }
    }
    return null;
  }

  private void connectIfNeeded() {
    boolean connecting = connections.stream().anyMatch(each -> each.isUsable() && !each.isReady());
    int usable = usable();
    if (usable >= connector.maxConnections() || connecting || (pausing && usable > 0)) {
      return;
    }
    BackendConnection connection =
        BackendConnection.newConnection(new Owner(), connector.windows());
    connections.add(connection);
    // First: it ends also what fails at once.
    loop.schedule(
        connection::giveUp, BackendConnector.CONNECT_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
    connector.connect(backend.address(), loop, connection);
  }

  /** Opens connections, one after the other, until as many are there as are kept without calls. */
  void keepConnections() {
    assert loop.inEventLoop();
    if (connector.minConnections() == 0) {
      return;
    }
    if (usable() < connector.minConnections() && !backend.isRetired()) {
      connectIfNeeded();
    }
  }

  /** Asked at the end of each call. */
  private int usable() {
    int usable = 0;
    for (BackendConnection connection : connections) {
      usable += connection.isUsable() ? 1 : 0;
    }
    return usable;
  }

  private void serveWaiting() {
    if (waiting.isEmpty()) {
      closeIfRetired();
      keepConnections();
      return;
    }
    if (serving) {
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

  /** Closes what has no call, once nobody chooses this backend any more. */
  void closeIfRetired() {
    assert loop.inEventLoop();
    if (backend.isRetired() && waiting.isEmpty()) {
      connections.stream()
          .filter(connection -> connection.isReady() && connection.isIdle())
          .toList()
          .forEach(BackendConnection::close);
    }
  }

  /** Calls shun a backend that cannot be reached, so it is tried without one. */
  private void probeLater() {
    if (!probing && !backend.isRetired()) {
      probing = true;
      loop.schedule(this::probe, probeMillis, TimeUnit.MILLISECONDS);
      probeMillis = Math.min(2 * probeMillis, MAX_PROBE_MILLIS);
    }
  }

  private void probe() {
    probing = false;
    if (backend.isUnreachable() && !backend.isRetired()) {
      connectIfNeeded();
    }
  }

  /**
   * A connection is lost or goes away: whoever waits gets another at once. Without a call, or where
   * that one has had none, another is opened later, for a backend may end each as soon as it is up.
   */
  private void replace(BackendConnection gone) {
    if (!waiting.isEmpty() && gone.hasServed()) {
      connectIfNeeded();
    } else if (!keeping) {
      keeping = true;
      loop.schedule(this::keepLater, FIRST_PROBE_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private void keepLater() {
    keeping = false;
    serveWaiting();
  }

  /**
   * No more connections can be had than there are, as where a backend goes away or has no
   * descriptors left: it is not dialled again for each of those who wait.
   */
  private void pause() {
    pausing = true;
    loop.schedule(this::goOn, FIRST_PROBE_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void goOn() {
    pausing = false;
    serveWaiting();
  }

  /** What the connections tell. */
  private final class Owner implements ConnectionOwner {
    @Override
    public void onReady() {
      backend.onConnected();
      if (backend.isUnreachable()) {
        log.info("backend {} is reachable again", backend);
      }
      backend.reachable(true);
      probeMillis = FIRST_PROBE_MILLIS;
      serveWaiting();
    }

    @Override
    public void onFree() {
      serveWaiting();
    }

    @Override
    public void onDraining(BackendConnection connection) {
      log.debug("backend {} goes away on one connection", backend);
      replace(connection);
    }

    @Override
    public void onConnectionError(String why) {
      log.warn("backend {}: {}", backend, why);
    }

    @Override
    public void onClosed(BackendConnection connection, boolean wasReady, String why) {
      connections.remove(connection);
      backend.onDisconnected(wasReady);
      if (wasReady) {
        replace(connection);
        return;
      }
      if (connections.stream().anyMatch(BackendConnection::isUsable)) {
        pause();
        return;
      }
      if (backend.reachable(false) && !backend.isRetired()) {
        log.warn("backend {} cannot be reached: {}", backend, why);
      }
      probeLater();
      while (!waiting.isEmpty()) {
        waiting.remove().fail(false);
      }
    }
  }

  /** One who waits for a stream, and the end of its patience. */
  private final class Waiter implements Runnable {
    private final ConnectionUser user;
    private final Future<?> timer;

    Waiter(ConnectionUser user) {
      this.user = user;
      timer = loop.schedule(this, user.patienceMillis(), TimeUnit.MILLISECONDS);
    }

    void serve(BackendConnection connection) {
      timer.cancel(false);
      user.onConnection(connection);
    }

    void fail(boolean busy) {
      timer.cancel(false);
      user.onNoConnection(busy);
    }

    @Override
    public void run() {
      if (waiting.remove(this)) {
        fail(hasReady());
        closeIfRetired();
      }
    }
  }
}
