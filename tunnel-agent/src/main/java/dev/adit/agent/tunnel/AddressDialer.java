package dev.adit.agent.tunnel;

import dev.adit.agent.tunnel.loss.DialTimer;
import dev.adit.agent.tunnel.loss.EndLog;
import dev.adit.core.config.HostPort;
import dev.adit.core.config.SecretRef;
import dev.adit.core.tunnel.TunnelException;
import dev.adit.core.tunnel.TunnelStream;
import dev.adit.proto.v1.Drain;
import dev.adit.proto.v1.Refusal;
import dev.adit.proto.v1.Welcome;
import io.grpc.Status;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one address of a server supplied with tunnels: one for each event loop of the instance
 * behind it, so that entry and tunnel can share a loop; at least 2, at most 16. Confined to the
 * dialer's loop; tunnels report to it by tasks.
 */
final class AddressDialer implements DialedTunnel.Events {
  private static final Logger log = LoggerFactory.getLogger(AddressDialer.class);
  private static final int FEWEST = 2;
  private static final int MOST = 16;
  private static final double RENEW_EARLIEST = 0.8;
  private static final double RENEW_LATEST = 1.2;
  private static final long RENEW_WAIT_MILLIS = 1000;

  // A server must not choose how often we dial.
  private static final int MOST_MISSES = 64;
  private static final long SOONEST_RENEWAL_MILLIS = 1000;

  /**
   * A tunnel that is up.
   *
   * @param renewed the one it took the place of; null if none
   */
  private record Up(
      DialedTunnel tunnel,
      String serverId,
      int loop,
      long sinceNanos,
      @Nullable DialedTunnel renewed) {}

  // deps
  private final TunnelDialer dialer;
  private final TunnelPlan plan;
  private final HostPort server;
  private final SocketAddress address;
  private final String where;
  private final DialTimer timer;
  private final EndLog ends;

  // state, confined to the dialer's loop
  private final List<Up> up = new ArrayList<>();

  /** Tunnels that have drained and only finish their calls. */
  private final Set<DialedTunnel> leaving = new HashSet<>();

  /** From the look-up of the name, or the reading of the token, until the dial is over. */
  private boolean dialling;

  /** The tunnel of the dial under way; null while its token is read, and when none is. */
  private @Nullable DialedTunnel dialled;

  /** The tunnel that the dial under way shall replace; null if none. */
  private @Nullable Up renewing;

  private int misses;
  private int wanted = 1;
  private boolean retired;

  AddressDialer(TunnelDialer dialer, TunnelPlan plan, HostPort server, SocketAddress address) {
    this.dialer = dialer;
    this.plan = plan;
    this.server = server;
    this.address = address;
    timer = new DialTimer(dialer.loop(), this::dialAnew);
    where = TunnelChannels.text(server, address);
    ends = new EndLog(plan.agent(), where, plan.endCause(), dialer.loop().ticker());
  }

  SocketAddress address() {
    return address;
  }

  /** The streams that take calls. */
  Stream<TunnelStream> streams() {
    return up.stream().map(each -> each.tunnel().stream()).flatMap(Stream::ofNullable);
  }

  /** One tunnel of each server that is met here, by server id. */
  void addTunnels(Map<String, DialedTunnel> servers) {
    up.forEach(each -> servers.putIfAbsent(each.serverId(), each.tunnel()));
  }

  boolean isUp() {
    return !up.isEmpty();
  }

  DialedServer status() {
    return DialedServer.of(server, address, ends.problem(), up.stream().map(Up::tunnel));
  }

  /** Dials one more, unless a dial is under way or to come, or the address is given up. */
  void dial() {
    if (!dialling && !timer.isPending() && isShort()) {
      dialling = true;
      dialer.inBackground(this::readTokenAndDial);
    }
  }

  private boolean isShort() {
    return !retired && (up.size() < wanted || renewing != null);
  }

  /** Dials one more whatever pause is left. */
  void dialNow() {
    timer.cancel();
    dial();
  }

  /** The pause is over. Names are resolved anew at each dial. */
  private void dialAnew() {
    if (!dialling && isShort()) {
      dialling = true;
      dialer.resolveAndDial(server, this);
    }
  }

  /** The name has been resolved, of which the address may be one no longer. */
  void onResolved(boolean named) {
    dialling = false;
    if (named || isUp()) {
      dial();
    } else if (!isIdle()) {
      timer.onLost();
    }
  }

  /** The name has no address now; returns the pause, in milliseconds. */
  long onUnresolved() {
    dialling = false;
    return timer.onNoAddress();
  }

  /** On the background thread: reading a secret may block. */
  private void readTokenAndDial() {
    SecretRef token = plan.token();
    try {
      String secret = token == null ? null : token.read();
      dialer.run(() -> dial(secret));
    } catch (IOException e) {
      log.error("the token cannot be read: {}", e.getMessage());
      dialer.run(
          () -> {
            dialling = false;
            timer.onRefused();
          });
    }
  }

  private void dial(@Nullable String token) {
    if (retired) {
      return;
    }
    EventLoop loop = dialer.nextLoop();
    DialedTunnel tunnel =
        new DialedTunnel(plan, address, loop, dialer.newChannel(server, address, loop), this);
    dialled = tunnel;
    loop.execute(() -> tunnel.start(token));
  }

  private void later(Runnable task, long delayMillis) {
    dialer.loop().schedule(task, delayMillis, TimeUnit.MILLISECONDS);
  }

  @Override
  public void onWelcome(DialedTunnel tunnel, Welcome welcome) {
    dialer.run(() -> welcomed(tunnel, welcome));
  }

  private void welcomed(DialedTunnel tunnel, Welcome welcome) {
    dialling = false;
    dialled = null;
    ends.onUp();
    plan.metrics().onWelcomed(server.toString());
    if (retired) {
      leave(tunnel, "going-away");
      return;
    }
    int loops = Math.max(1, welcome.getLoops());
    wanted = Math.max(FEWEST, Math.min(loops, MOST));
    int perLoop = loops >= wanted ? 1 : (wanted + loops - 1) / loops;
    int mostMisses = Math.min(2 * Math.min(loops, MOST_MISSES), MOST_MISSES);
    Up old = renewing;
    long sameLoop =
        up.stream()
            .filter(
                each ->
                    !each.equals(old)
                        && each.serverId().equals(welcome.getServerId())
                        && each.loop() == welcome.getLoop())
            .count();
    if (sameLoop >= perLoop) {
      misses++;
      tunnel.loop().execute(() -> tunnel.retire("renewal"));
    } else {
      Up made =
          new Up(
              tunnel,
              welcome.getServerId(),
              welcome.getLoop(),
              dialer.loop().ticker().nanoTime(),
              old == null ? null : old.tunnel());
      up.add(made);
      renewLater(made, welcome.getRenewAfterMs());
      if (old != null) {
        replace(old);
      }
      if (up.size() == 1 && leaving.isEmpty()) {
        log.info("{} connected to {} groups {}", plan.agent(), where, welcome.getGroupsList());
      }
      dialer.onUpChanged();
    }
    long ofServer =
        up.stream().filter(each -> each.serverId().equals(welcome.getServerId())).count();
    if ((ofServer < wanted || renewing != null) && misses < mostMisses) {
      dial();
    } else if (renewing != null) {
      // The loop was not met; better the old tunnel for a while than none there.
      renewLater(renewing, welcome.getRenewAfterMs());
      renewing = null;
    }
  }

  /** The new tunnel is up: the old one takes no more calls, and ends with its last. */
  private void replace(Up old) {
    renewing = null;
    misses = 0;
    if (up.remove(old)) {
      leave(old.tunnel(), "renewal");
    }
  }

  private void renewLater(Up tunnel, long renewAfterMillis) {
    if (renewAfterMillis > 0) {
      long age = Math.max(SOONEST_RENEWAL_MILLIS, renewAfterMillis);
      double part = ThreadLocalRandom.current().nextDouble(RENEW_EARLIEST, RENEW_LATEST);
      later(() -> renew(tunnel, renewAfterMillis), (long) ((double) age * part));
    }
  }

  private void renew(Up tunnel, long renewAfterMillis) {
    if (retired || !up.contains(tunnel)) {
      return;
    }
    boolean predecessorStays = tunnel.renewed() != null && leaving.contains(tunnel.renewed());
    if (predecessorStays || dialling || timer.isPending() || renewing != null) {
      later(() -> renew(tunnel, renewAfterMillis), RENEW_WAIT_MILLIS);
      return;
    }
    renewing = tunnel;
    misses = 0;
    dial();
  }

  @Override
  public void onDrain(DialedTunnel tunnel, Drain drain) {
    dialer.run(() -> drained(tunnel, drain));
  }

  private void drained(DialedTunnel tunnel, Drain drain) {
    Up was = find(tunnel);
    if (was != null) {
      up.remove(was);
      leaving.add(tunnel);
      noteEnd(was);
      dialer.onUpChanged();
    }
    if (retired) {
      return;
    }
    switch (drain.getReason()) {
      case "superseded" -> {
        ends.onSuperseded(drain.getOther());
        timer.onSuperseded();
      }
      case "going-away" -> {
        log.info("{} goes away; {} tunnels left there", where, up.size());
        timer.onGoingAway(drain.getReconnectAfterMs());
      }
      default -> {
        if (was != null) { // else the answer to our own word
          timer.onLost();
        }
      }
    }
  }

  @Override
  public void onEnded(DialedTunnel tunnel, Status status, @Nullable Refusal refusal) {
    dialer.run(() -> ended(tunnel, status, refusal));
  }

  private void ended(DialedTunnel tunnel, Status status, @Nullable Refusal refusal) {
    boolean left = leaving.remove(tunnel);
    Up was = find(tunnel);
    boolean failed = tunnel == dialled;
    plan.metrics().onOver(server.toString(), left, was != null, failed, refusal != null);
    if (left && retired) {
      dialer.onGone();
      return;
    }
    if (was == null && !failed) {
      // One that had drained, or was one too many.
      return;
    }
    if (failed) {
      dialling = false;
      dialled = null;
    }
    if (was != null) {
      up.remove(was);
      noteEnd(was);
      dialer.onUpChanged();
    }
    if (retired) {
      dialer.onGone();
      return;
    }
    timer.onEnded(status, refusal == null ? 0 : refusal.getRetryAfterMs());
    ends.onEnd(was == null ? null : age(was), tunnel.sentBytes(), status, timer.leftMillis());
  }

  private @Nullable Up find(DialedTunnel tunnel) {
    return up.stream().filter(each -> each.tunnel() == tunnel).findAny().orElse(null);
  }

  private Duration age(Up tunnel) {
    return Duration.ofNanos(dialer.loop().ticker().nanoTime() - tunnel.sinceNanos());
  }

  private void noteEnd(Up was) {
    timer.onDown(age(was));
    misses = 0;
  }

  /** Dials no more. */
  void giveUp() {
    retired = true;
    timer.cancel();
  }

  /** Takes no more calls on any tunnel, nor on one that the server may just have taken. */
  void retire(String reason) {
    giveUp();
    all().forEach(tunnel -> TunnelDialer.run(tunnel.loop(), () -> tunnel.retire(reason)));
  }

  private Stream<DialedTunnel> all() {
    return Stream.of(up.stream().map(Up::tunnel), leaving.stream(), Stream.ofNullable(dialled))
        .flatMap(each -> each);
  }

  private void leave(DialedTunnel tunnel, String reason) {
    leaving.add(tunnel);
    tunnel.loop().execute(() -> tunnel.retire(reason));
  }

  /** Whether no tunnel is left, not even one that only finishes its calls. */
  boolean isGone() {
    return up.isEmpty() && leaving.isEmpty() && dialled == null;
  }

  /** Whether nothing is left of it but a pause. */
  boolean isIdle() {
    return isGone() && !dialling;
  }

  /** Ends every tunnel now. */
  void abort() {
    giveUp();
    TunnelException cause = new TunnelException("closed", "the agent ends");
    all().forEach(tunnel -> TunnelDialer.run(tunnel.loop(), () -> tunnel.abort(cause)));
  }
}
