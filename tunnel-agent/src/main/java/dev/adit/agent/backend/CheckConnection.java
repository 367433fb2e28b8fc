package dev.adit.agent.backend;

import dev.adit.agent.backend.connection.BackendConnection;
import dev.adit.agent.backend.connection.BackendConnector;
import dev.adit.agent.backend.connection.ConnectionOwner;
import dev.adit.core.config.HostPort;
import dev.adit.core.http2.read.ReceiveWindows;
import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection to a backend for one who asks how it is while calls have all the streams of its
 * pool; of no pool, and closed when the answer is there. Confined to its loop.
 */
final class CheckConnection implements ConnectionOwner {
  private static final Logger log = LoggerFactory.getLogger(CheckConnection.class);

  private final ConnectionUser user;
  private final HostPort address;
  private final BackendConnection connection;

  // state, confined to the loop
  private boolean told;

  private CheckConnection(ConnectionUser user, HostPort address, ReceiveWindows.Sizes windows) {
    this.user = user;
    this.address = address;
    connection = BackendConnection.newConnection(this, windows);
  }

  /** Dials; the user is told as by a pool. Called on the loop. */
  static void dial(
      BackendConnector connector, HostPort address, EventLoop loop, ConnectionUser user) {
    BackendConnection made = new CheckConnection(user, address, connector.windows()).connection;
    connector.connect(address, loop, made);
    loop.schedule(made::giveUp, BackendConnector.CONNECT_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
  }

  @Override
  public void onReady() {
    told = true;
    if (connection.free() > 0) {
      connection.reserve();
      user.onConnection(connection);
    } else {
      connection.close();
      user.onNoConnection(true);
    }
  }

  @Override
  public void onFree() {
    if (connection.isReady() && connection.isIdle()) {
      connection.close();
    }
  }

  @Override
  public void onDraining(BackendConnection draining) {
    // It closes itself after its stream.
  }

  @Override
  public void onConnectionError(String why) {
    log.warn("backend {}: {}", address, why);
  }

  @Override
  public void onClosed(BackendConnection closed, boolean wasReady, String why) {
    if (!told) {
      told = true;
      user.onNoConnection(false);
    }
  }
}
