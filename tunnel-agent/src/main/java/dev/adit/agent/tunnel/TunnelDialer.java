package dev.adit.agent.tunnel;

import dev.adit.agent.tunnel.loss.DialTimer;
import dev.adit.core.config.HostPort;
import dev.adit.core.tunnel.TunnelStream;
import io.grpc.ManagedChannel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Dials every address of every configured server and keeps the tunnels up. Its state is confined to
 * one of the agent's loops; names and token files are read on threads of their own.
 */
public final class TunnelDialer {
  private static final Logger log = LoggerFactory.getLogger(TunnelDialer.class);
  private static final long REPORT_MILLIS = 1000;
  private static final long LOOK_MILLIS = 10_000;

  /** Where the host, or the container, has as many threads as it may. */
  private static final long THREADLESS_MILLIS = 1000;

  // deps
  private final TunnelPlan plan;
  private final IntConsumer onConnected;
  private final EventLoop loop;
  private final List<EventLoop> loops;
  private final Network network;
  private final ExecutorService background;

  // shared: counted down when the last tunnel of a retired dialer has ended
  private final CountDownLatch gone = new CountDownLatch(1);

  // shared: replaced as a whole
  private volatile Map<String, List<TunnelStream>> tunnels = Map.of();
  private volatile List<DialedServer> servers = List.of();

  // state, confined to the loop
  private final Map<HostPort, List<AddressDialer>> dialers = new HashMap<>();
  private final Map<HostPort, String> unresolved = new HashMap<>();
  private final Map<HostPort, DialTimer> lookUps = new HashMap<>();
  private final Set<HostPort> looking = new HashSet<>();
  private final StatusReport report;
  private int nextLoop;
  private boolean retired;

  /** What lies between an agent and its servers. */
  interface Network {
    /** Every address of a server. Blocks. */
    List<SocketAddress> resolve(HostPort server) throws UnknownHostException;

    /** A connection to be, on this loop. */
    ManagedChannel newChannel(HostPort server, SocketAddress address, EventLoop loop);
  }

  /**
   * A dialer that has not begun.
   *
   * @param onConnected told how many of the configured servers have a tunnel, whenever that may
   *     have changed
   */
  public TunnelDialer(TunnelPlan plan, IntConsumer onConnected) {
    this(plan, onConnected, new TunnelChannels(plan), newBackground());
  }

  /** A thread for each that blocks: a name whose service is out keeps no other from its answer. */
  static ExecutorService newBackground() {
    return Executors.newCachedThreadPool(new DefaultThreadFactory("dialer", true));
  }

  /**
   * A dialer with another way out.
   *
   * @param background what blocks is done there; ended with the dialer
   */
  TunnelDialer(
      TunnelPlan plan, IntConsumer onConnected, Network network, ExecutorService background) {
    this.plan = plan;
    this.onConnected = onConnected;
    this.network = network;
    this.background = background;
    loops = plan.loops().all();
    loop = loops.get(0);
    report = new StatusReport(plan.dispatcher());
  }

  /** Begins to dial. Any thread. */
  public void start() {
    dialNow();
    loop.scheduleAtFixedRate(this::report, REPORT_MILLIS, REPORT_MILLIS, TimeUnit.MILLISECONDS);
    loop.scheduleAtFixedRate(
        () -> plan.servers().forEach(this::lookForNew),
        LOOK_MILLIS,
        LOOK_MILLIS,
        TimeUnit.MILLISECONDS);
  }

  /** Dials what is not up, whatever pause is left. Any thread. */
  public void dialNow() {
    loop.execute(() -> plan.servers().forEach(this::resolveAndDialAll));
  }

  EventLoop loop() {
    return loop;
  }

  /**
   * Runs a task that may change how servers stand on the dialer's loop; nowhere once the agent has
   * ended. Any thread.
   */
  void run(Runnable task) {
    run(
        loop,
        () -> {
          task.run();
          servers = status();
        });
  }

  /** Runs a task on a loop of the agent; nowhere once the agent has ended. Any thread. */
  static void run(EventLoop on, Runnable task) {
    try {
      on.execute(task);
    } catch (RejectedExecutionException e) {
      log.debug("the agent has ended: its loops take no more tasks");
    }
  }

  /** Tunnels are spread over the agent's loops. */
  EventLoop nextLoop() {
    return loops.get(nextLoop++ % loops.size());
  }

  void inBackground(Runnable task) {
    try {
      background.execute(task);
    } catch (OutOfMemoryError e) {
      log.warn("a dial waits: no thread can be had ({})", e.getMessage());
      loop.schedule(() -> inBackground(task), THREADLESS_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  ManagedChannel newChannel(HostPort server, SocketAddress address, EventLoop on) {
    return network.newChannel(server, address, on);
  }

  private void resolveAndDialAll(HostPort server) {
    if (!retired) {
      resolveAndDial(server, null);
    }
  }

  /**
   * Resolves a name and dials.
   *
   * @param asker whose pause is over: dials no other address, unless it is new. Null: dials every
   *     address, whatever pause is left
   */
  void resolveAndDial(HostPort server, @Nullable AddressDialer asker) {
    inBackground(
        () -> {
          try {
            List<SocketAddress> addresses = network.resolve(server);
            run(() -> onResolved(server, addresses, asker));
          } catch (UnknownHostException e) {
            run(() -> onUnresolved(server, String.valueOf(e.getMessage()), asker));
          }
        });
  }

  private void onUnresolved(HostPort server, String why, @Nullable AddressDialer asker) {
    unresolved.put(server, "it has no address: " + why);
    long pause = asker != null ? asker.onUnresolved() : lookUpLater(server);
    log.warn("server {} has no address: {}; trying again in {} ms", server, why, pause);
  }

  private long lookUpLater(HostPort server) {
    return lookUps
        .computeIfAbsent(server, name -> new DialTimer(loop, () -> resolveAndDialAll(name)))
        .onNoAddress();
  }

  private void onResolved(
      HostPort server, List<SocketAddress> addresses, @Nullable AddressDialer asker) {
    if (retired) {
      return;
    }
    unresolved.remove(server);
    List<AddressDialer> known = dialers.computeIfAbsent(server, name -> new ArrayList<>());
    if (asker != null) {
      asker.onResolved(addresses.contains(asker.address()));
    }
    List<AddressDialer> gone =
        known.stream()
            .filter(each -> each.isIdle() && !addresses.contains(each.address()))
            .toList();
    gone.forEach(AddressDialer::giveUp);
    known.removeAll(gone);
    addNew(server, addresses, known);
    for (AddressDialer each : known) {
      boolean named = addresses.contains(each.address());
      if (asker == null && (named || each.isUp())) {
        each.dialNow();
      } else if (named && !each.isUp()) {
        each.dial();
      }
    }
  }

  /** A server that has come to a name has callers soon, and waits for no tunnel's end. */
  private void lookForNew(HostPort server) {
    if (retired || !looking.add(server)) {
      return;
    }
    inBackground(
        () -> {
          try {
            List<SocketAddress> addresses = network.resolve(server);
            run(() -> onLooked(server, addresses));
          } catch (UnknownHostException e) {
            run(() -> onLooked(server, List.of()));
          }
        });
  }

  private void onLooked(HostPort server, List<SocketAddress> addresses) {
    looking.remove(server);
    List<AddressDialer> known = dialers.get(server);
    // Through a proxy the addresses are the proxy's.
    if (retired
        || known == null
        || !addresses.stream().allMatch(InetSocketAddress.class::isInstance)) {
      return;
    }
    addNew(server, addresses, known).forEach(AddressDialer::dial);
  }

  private List<AddressDialer> addNew(
      HostPort server, List<SocketAddress> addresses, List<AddressDialer> known) {
    List<AddressDialer> added =
        addresses.stream()
            .filter(address -> known.stream().noneMatch(each -> each.address().equals(address)))
            .map(address -> new AddressDialer(this, plan, server, address))
            .toList();
    known.addAll(added);
    return added;
  }

  /** Once a second: costs next to nothing where nothing is news. */
  private void report() {
    if (report.isNews()) {
      tellServers();
    }
  }

  private void tellServers() {
    Map<String, DialedTunnel> byServer = new HashMap<>();
    dialers.values().forEach(each -> each.forEach(dialer -> dialer.addTunnels(byServer)));
    report.tell(byServer);
  }

  private List<DialedServer> status() {
    List<DialedServer> all = new ArrayList<>();
    for (HostPort server : plan.servers()) {
      String problem = unresolved.get(server);
      if (problem != null) {
        all.add(new DialedServer(server, "", problem, List.of()));
      }
      dialers.getOrDefault(server, List.of()).forEach(each -> all.add(each.status()));
    }
    return all;
  }

  /** How every address of every server stands. Any thread. */
  public List<DialedServer> servers() {
    return servers;
  }

  /** The tunnels that take calls, by server as the configuration names it. Any thread. */
  public Map<String, List<TunnelStream>> tunnels() {
    return tunnels;
  }

  private Map<String, List<TunnelStream>> tunnelsNow() {
    Map<String, List<TunnelStream>> now = new LinkedHashMap<>();
    for (HostPort server : plan.servers()) {
      now.put(
          server.toString(),
          dialers.getOrDefault(server, List.of()).stream()
              .flatMap(AddressDialer::streams)
              .toList());
    }
    return now;
  }

  void onUpChanged() {
    tellServers();
    // Before whoever waits for the first tunnel asks.
    servers = status();
    tunnels = tunnelsNow();
    onConnected.accept(
        (int)
            dialers.values().stream()
                .filter(each -> each.stream().anyMatch(AddressDialer::isUp))
                .count());
  }

  /**
   * Tells every server that no new calls are wanted and dials no more; running calls go on. Any
   * thread.
   */
  public void retire(String reason) {
    loop.execute(
        () -> {
          retired = true;
          dialers.values().forEach(each -> each.forEach(dialer -> dialer.retire(reason)));
          onGone();
        });
  }

  /**
   * Waits until every tunnel has ended by itself, which it does with its last call. Any thread but
   * the loops.
   */
  public void awaitGone(Duration atMost) throws InterruptedException {
    gone.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** A tunnel has ended, or a dial has come to nothing. */
  void onGone() {
    if (retired
        && dialers.values().stream().flatMap(List::stream).allMatch(AddressDialer::isGone)) {
      gone.countDown();
    }
  }

  /** Ends every tunnel now. Any thread. */
  public void close() {
    loop.execute(
        () -> {
          retired = true;
          dialers.values().forEach(each -> each.forEach(AddressDialer::abort));
          gone.countDown();
          background.shutdown();
        });
  }
}
