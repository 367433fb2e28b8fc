package dev.adit.agent.backend;

import dev.adit.agent.backend.connection.BackendConnector;
import dev.adit.core.config.HostPort;
import dev.adit.core.upstream.CircuitBreaker;
import io.netty.channel.EventLoop;
import io.netty.util.AsciiString;
import io.netty.util.concurrent.Ticker;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One address of an upstream. Any thread. */
public final class Backend {
  private static final Logger log = LoggerFactory.getLogger(Backend.class);

  // deps
  private final HostPort address;
  private final AsciiString text;
  private final int weight;
  private final BackendConnector connector;
  private final @Nullable Breaker breaker;
  private final WarmUp warmUp;

  // shared: one pool a loop
  private final ConcurrentMap<EventLoop, BackendPool> pools = new ConcurrentHashMap<>();

  // shared: calls in flight over all loops
  private final AtomicInteger calls = new AtomicInteger();

  // shared: connections over all loops
  private final AtomicInteger connections = new AtomicInteger();
  private final LongAdder connects = new LongAdder();
  private final LongAdder connectFailures = new LongAdder();

  // shared
  private final LongAdder circuitsOpened = new LongAdder();

  // shared: whether the last try to connect failed
  private final AtomicBoolean unreachable = new AtomicBoolean();

  // shared: what health checks say; true without any
  private volatile boolean healthy = true;

  // shared: set once
  private volatile boolean retired;

  Backend(
      HostPort address,
      int weight,
      BackendConnector connector,
      @Nullable CircuitBreaker circuit,
      Duration slowStart) {
    Ticker ticker = connector.loops().all().get(0).ticker();
    breaker = circuit == null ? null : new Breaker(circuit, ticker);
    warmUp = new WarmUp(slowStart, ticker);
    this.address = address;
    text = AsciiString.cached(address.toString());
    this.weight = weight;
    this.connector = connector;
  }

  public HostPort address() {
    return address;
  }

  /** The address as it goes into logs. */
  public AsciiString text() {
    return text;
  }

  int weight() {
    return weight;
  }

  /** Calls in flight now. */
  public int calls() {
    return calls.get();
  }

  /**
   * Takes a call; {@link #end} gives it back.
   *
   * @return what the circuit knows the call by
   */
  public int begin() {
    calls.incrementAndGet();
    return breaker == null ? 0 : breaker.onBegin();
  }

  /**
   * The response of a call has begun well. A half-open circuit counts that, for the call may be a
   * stream that runs for hours, and holds nobody else up meanwhile; a closed one waits for the end.
   *
   * @param begun what {@link #begin} has said of the call
   * @return whether it was counted, for {@link #end}
   */
  public boolean answered(int begun) {
    if (breaker == null || !breaker.isTrial(begun)) {
      return false;
    }
    onCircuit(breaker.onEnd(Breaker.Outcome.SUCCESS, begun));
    return true;
  }

  /**
   * A call has left.
   *
   * @param counted the call's answer has been counted: only a failure is news
   * @param begun what {@link #begin} has said of the call
   */
  public void end(Breaker.Outcome outcome, boolean counted, int begun) {
    int left = calls.decrementAndGet();
    assert left >= 0 : left;
    if (breaker != null && (!counted || outcome == Breaker.Outcome.FAILURE)) {
      onCircuit(breaker.onEnd(outcome, begun));
    }
  }

  private void onCircuit(Breaker.Change change) {
    if (change == Breaker.Change.OPENED) {
      circuitsOpened.increment();
      log.warn("backend {} fails too often: its circuit is open, no calls for a while", this);
    } else if (change == Breaker.Change.CLOSED) {
      log.info("backend {} answers again: its circuit is closed", this);
      warmUp.begin();
    }
  }

  /** Whether its circuit breaker lets calls through; true without one. */
  public boolean isLetting() {
    return breaker == null || breaker.lets();
  }

  /** closed, open or half-open; empty without a circuit breaker. */
  public String circuit() {
    return breaker == null ? "" : breaker.text();
  }

  /** Times that its circuit breaker has opened. */
  public long circuitsOpened() {
    return circuitsOpened.sum();
  }

  /** Connections that are up. */
  public int connections() {
    return connections.get();
  }

  /** Connections that came up since the start. */
  public long connects() {
    return connects.sum();
  }

  /** Connections that never came up since the start. */
  public long connectFailures() {
    return connectFailures.sum();
  }

  void onConnected() {
    connections.incrementAndGet();
    connects.increment();
  }

  /**
   * A connection has ended.
   *
   * @param wasUp whether it had come up
   */
  void onDisconnected(boolean wasUp) {
    if (wasUp) {
      connections.decrementAndGet();
    } else {
      connectFailures.increment();
    }
  }

  /** Whether the last try to connect failed. */
  public boolean isUnreachable() {
    return unreachable.get();
  }

  /** Whether health checks let calls come here. */
  public boolean isHealthy() {
    return healthy;
  }

  /** What health checks found. */
  public void healthy(boolean now) {
    if (now && !healthy && !unreachable.get()) {
      warmUp.begin();
    }
    healthy = now;
  }

  /** Whether a call would be given to it now. */
  public boolean isUsable() {
    return healthy && !unreachable.get() && isLetting();
  }

  /**
   * Looks whether it can be connected to, on a connection of its own that is closed at once.
   *
   * @param answer told on the loop: empty if so, else why not
   */
  public void probe(EventLoop loop, Duration timeout, Consumer<String> answer) {
    connector.probe(address, loop, timeout, answer);
  }

  /** Returns whether it was otherwise until now; true for one of several loops that see it. */
  boolean reachable(boolean now) {
    boolean changed = unreachable.getAndSet(!now) == now;
    if (changed && now && healthy) {
      warmUp.begin();
    }
    return changed;
  }

  /** Whether it has recovered not long ago and gets less than its share of calls. */
  public boolean isWarming() {
    return warmUp.isWarming();
  }

  /** Whether it takes a call that its share would give to it. */
  boolean takes() {
    return isUsable() && warmUp.takes();
  }

  /** Opens as many connections on each loop as are kept without calls. */
  void connect() {
    for (EventLoop loop : connector.loops().all()) {
      loop.execute(() -> pool(loop).keepConnections());
    }
  }

  /** No call chooses it any more: its connections end with the calls on them. Any thread. */
  void retire() {
    retired = true;
    pools.forEach((loop, pool) -> loop.execute(pool::closeIfRetired));
  }

  /** Whether no call chooses it any more. */
  public boolean isRetired() {
    return retired;
  }

  /** The connections of one loop; called on it. */
  public BackendPool pool(EventLoop loop) {
    BackendPool pool = pools.get(loop);
    return pool != null
        ? pool
        : pools.computeIfAbsent(loop, home -> new BackendPool(this, home, connector));
  }

  @Override
  public String toString() {
    return address.toString();
  }
}
