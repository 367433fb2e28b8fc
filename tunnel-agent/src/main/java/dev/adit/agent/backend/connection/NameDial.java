package dev.adit.agent.backend.connection;

import dev.adit.core.config.HostPort;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.FutureListener;
import java.net.InetSocketAddress;
import java.util.Iterator;
import java.util.List;

/**
 * One dial of a name: its addresses, in the order in which the system has them, until one takes the
 * connection. Confined to the loop.
 */
final class NameDial {
  private static final int LEAST_MILLIS = 250;

  /** Who wants the connection. Told once, on the loop. */
  interface Outcome {
    /** Whether the next address is to be tried. */
    boolean isWanted();

    /**
     * An address has taken the connection.
     *
     * @param channel without handlers; no event of it has been told
     */
    void onConnected(Channel channel);

    /**
     * No address takes it.
     *
     * @param cause why the last one does not
     */
    void onFailed(Throwable cause);
  }

  // deps
  private final Bootstrap bootstrap;
  private final Outcome outcome;

  // state, confined to the loop
  private final Iterator<InetSocketAddress> left;

  private NameDial(Bootstrap bootstrap, Outcome outcome, List<InetSocketAddress> addresses) {
    this.bootstrap = bootstrap;
    this.outcome = outcome;
    left = addresses.iterator();
  }

  /**
   * Looks the name up, by the JDK and off the loop, and dials.
   *
   * @param bootstrap of this loop
   * @param timeoutMillis for all addresses; each has an equal part
   */
  static void begin(
      Bootstrap bootstrap, EventLoop loop, HostPort name, int timeoutMillis, Outcome outcome) {
    OffLoopResolver.GROUP
        .getResolver(loop)
        .resolveAll(InetSocketAddress.createUnresolved(name.host(), name.port()))
        .addListener(
            (FutureListener<List<InetSocketAddress>>)
                found -> {
                  if (found.isSuccess()) {
                    begin(bootstrap, found.getNow(), timeoutMillis, outcome);
                  } else {
                    outcome.onFailed(found.cause());
                  }
                });
  }

  /** Dials what a name stands for; at least one address. */
  static void begin(
      Bootstrap bootstrap, List<InetSocketAddress> addresses, int timeoutMillis, Outcome outcome) {
    bootstrap.option(
        ChannelOption.CONNECT_TIMEOUT_MILLIS,
        Math.max(LEAST_MILLIS, timeoutMillis / addresses.size()));
    new NameDial(bootstrap, outcome, addresses).next();
  }

  private void next() {
    bootstrap.connect(left.next()).addListener((ChannelFutureListener) this::onDone);
  }

  /** Where not even a socket can be had, as without descriptors, it is told on another thread. */
  private void onDone(ChannelFuture done) {
    EventExecutor loop = bootstrap.config().group().next();
    if (loop.inEventLoop()) {
      decide(done);
    } else {
      loop.execute(() -> decide(done));
    }
  }

  private void decide(ChannelFuture done) {
    boolean wanted = outcome.isWanted();
    if (done.isSuccess() && wanted) {
      outcome.onConnected(done.channel());
      return;
    }
    if (done.isSuccess()) {
      // One that fails is closed already, and one that there is not cannot be.
      done.channel().close();
    }
    if (wanted && left.hasNext()) {
      next();
    } else if (!done.isSuccess()) {
      outcome.onFailed(done.cause());
    }
  }
}
