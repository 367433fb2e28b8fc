package dev.adit.agent.backend;

import dev.adit.agent.backend.connection.BackendConnector;
import dev.adit.core.http2.read.ReceiveWindows;
import dev.adit.core.process.EventLoops;
import dev.adit.core.tls.CurrentSslContext;
import dev.adit.core.tls.FollowedTls;
import dev.adit.core.tls.TlsContexts;
import dev.adit.core.upstream.UpstreamBalance;
import dev.adit.core.upstream.UpstreamConfig;
import dev.adit.core.upstream.UpstreamName;
import dev.adit.core.upstream.UpstreamTls;
import io.netty.handler.ssl.SslContext;
import io.netty.util.AsciiString;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A named set of backends and the choice among them. Any thread. */
public final class Upstream {
  private static final Comparator<Backend> BEST_FIRST =
      Comparator.comparing(Backend::isUnreachable)
          .thenComparing(Backend::isWarming)
          .thenComparingInt(Backend::calls);

  // deps
  private final UpstreamConfig config;
  private final AsciiString text;
  private final List<Backend> backends;

  /** Backends by turn: each as often as its weight says, spread evenly. */
  private final List<Backend> turns;

  private final @Nullable FollowedTls followedTls;

  // shared: whose turn it is
  private final AtomicInteger turn = new AtomicInteger();

  /**
   * An upstream that dials nothing yet.
   *
   * @throws IOException if a TLS file does not hold what it should
   */
  Upstream(UpstreamConfig config, EventLoops loops, ReceiveWindows.Sizes windows)
      throws IOException {
    this.config = config;
    UpstreamTls files = config.tls();
    CurrentSslContext tls = null;
    FollowedTls followed = null;
    if (files != null) {
      followed = new FollowedTls("upstream " + config.name() + ", tls", files.files());
      CurrentSslContext current = new CurrentSslContext(context(files));
      followed.start(() -> current.replace(context(files)));
      tls = current;
    }
    followedTls = followed;
    text = AsciiString.cached(config.name().value());
    BackendConnector connector =
        new BackendConnector(
            loops,
            tls,
            config.tls() == null ? null : config.tls().serverName(),
            config.minConnections(),
            config.maxConnections(),
            windows);
    backends =
        config.backends().stream()
            .map(
                each ->
                    new Backend(
                        each.address(),
                        each.weight(),
                        connector,
                        config.circuitBreaker(),
                        config.slowStart()))
            .toList();
    turns = config.balance() == UpstreamBalance.WEIGHTED ? WeightedTurns.of(backends) : backends;
  }

  private static SslContext context(UpstreamTls tls) throws IOException {
    return TlsContexts.client(tls.ca(), tls.cert(), tls.key());
  }

  public UpstreamName name() {
    return config.name();
  }

  public UpstreamConfig config() {
    return config;
  }

  /** What follows its TLS files; null without TLS. */
  public @Nullable FollowedTls followedTls() {
    return followedTls;
  }

  /** Whether no call chooses it any more. */
  public boolean isRetired() {
    return backends.stream().allMatch(Backend::isRetired);
  }

  /** Backends that would be given a call now. */
  public int usableBackends() {
    int usable = 0;
    for (Backend each : backends) {
      usable += each.isUsable() ? 1 : 0;
    }
    return usable;
  }

  /** Opens the connections that are kept without calls. */
  void connect() {
    backends.forEach(Backend::connect);
  }

  /** No call chooses it any more: its connections end with the calls on them. */
  void retire() {
    backends.forEach(Backend::retire);
    if (followedTls != null) {
      followedTls.close();
    }
  }

  /** The name as it goes on the wire. */
  public AsciiString text() {
    return text;
  }

  public List<Backend> backends() {
    return backends;
  }

  /**
   * Chooses a healthy backend: one that can be reached before one that could not be the last time,
   * and one that has recovered just now for a part of its share only.
   *
   * @param tried backends the call has been on already; never chosen
   * @return null if all are tried, not healthy or behind an open circuit
   */
  public @Nullable Backend pick(List<Backend> tried) {
    Backend chosen =
        switch (config.balance()) {
          case LEAST_CALLS -> leastCalls();
          case ROUND_ROBIN, WEIGHTED ->
              turns.get(Math.floorMod(turn.getAndIncrement(), turns.size()));
        };
    return chosen.takes() && !tried.contains(chosen) ? chosen : best(tried);
  }

  /** These and one more; most calls that try another have tried one. */
  public static List<Backend> with(List<Backend> tried, Backend more) {
    if (tried.isEmpty()) {
      return List.of(more);
    }
    List<Backend> all = new ArrayList<>(tried);
    all.add(more);
    return all;
  }

  /** Whether there is a backend that would be given this call and has not been tried. */
  public boolean hasOther(List<Backend> tried) {
    for (Backend each : backends) {
      if (each.isUsable() && !tried.contains(each)) {
        return true;
      }
    }
    return false;
  }

  /**
   * A call is begun anew, with all backends; but one that has refused it may go on doing so, and is
   * not asked again while another would be given the call.
   *
   * @param tried the backends that the call has been on
   * @return those of them that it is not given to; none if there is no other
   */
  public List<Backend> newRound(List<Backend> tried) {
    return hasOther(tried) ? tried : List.of();
  }

  private Backend leastCalls() {
    if (backends.size() == 1) {
      return backends.get(0);
    }
    ThreadLocalRandom random = ThreadLocalRandom.current();
    Backend one = backends.get(random.nextInt(backends.size()));
    Backend two = backends.get(random.nextInt(backends.size()));
    return (long) one.calls() * two.weight() <= (long) two.calls() * one.weight() ? one : two;
  }

  /** The slow way, when the first choice is no good. */
  private @Nullable Backend best(List<Backend> tried) {
    List<Backend> left = new ArrayList<>(backends);
    left.removeAll(tried);
    left.removeIf(backend -> !backend.isHealthy() || !backend.isLetting());
    return left.isEmpty() ? null : Collections.min(left, BEST_FIRST);
  }
}
