package dev.adit.agent.app;

import dev.adit.agent.backend.GroupUpstream;
import dev.adit.agent.backend.UpstreamTable;
import dev.adit.agent.config.AgentConfig;
import dev.adit.agent.config.AgentTlsConfig;
import dev.adit.agent.dispatch.CallDispatcher;
import dev.adit.agent.dispatch.RoutedUpstreams;
import dev.adit.agent.dispatch.ServedUpstreams;
import dev.adit.agent.health.HealthChecks;
import dev.adit.agent.metrics.AgentMetrics;
import dev.adit.agent.routing.AgentRoutes;
import dev.adit.agent.sync.HandedGroups;
import dev.adit.agent.tunnel.DialedServer;
import dev.adit.agent.tunnel.TunnelDialer;
import dev.adit.agent.tunnel.TunnelPlan;
import dev.adit.core.admin.AdminPage;
import dev.adit.core.admin.AdminServer;
import dev.adit.core.admin.AdminSite;
import dev.adit.core.config.HostPort;
import dev.adit.core.drain.ProcessEnd;
import dev.adit.core.flow.WindowSizes;
import dev.adit.core.http2.read.ReceiveWindows;
import dev.adit.core.metrics.ProcessMetrics;
import dev.adit.core.process.EventLoops;
import dev.adit.core.process.MemoryWatch;
import dev.adit.core.status.Sheet;
import dev.adit.core.tls.CertificateStatus;
import dev.adit.core.tls.CurrentSslContext;
import dev.adit.core.tls.FollowedTls;
import dev.adit.core.tls.TlsContexts;
import dev.adit.core.trace.CallTracer;
import dev.adit.core.upstream.UpstreamTls;
import dev.adit.core.wire.FrameLimits;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The composition root: makes the parts of an agent, those that a call meets last first. Any
 * thread.
 */
public final class AgentApp implements ProcessEnd.Program {
  private static final Logger log = LoggerFactory.getLogger(AgentApp.class);
  private static final long DRAIN_POLL_MILLIS = 10;

  // deps
  private final AgentConfig config;
  private final String version;
  private final String instance = UUID.randomUUID().toString();
  private final Instant since = Instant.now();
  private final EventLoops loops;
  private final MemoryWatch memory;
  private final ServedUpstreams served;
  private final HandedGroups handed;
  private final AgentMetrics metrics;
  private final CallDispatcher dispatcher;
  private final TunnelDialer dialer;
  private final @Nullable AdminServer admin;
  private final @Nullable CurrentSslContext tls;
  private final FollowedTls followedTls;
  private final AgentWarnings warnings;
  private final @Nullable CallTracer tracer;

  // shared
  private final CountDownLatch firstTunnel = new CountDownLatch(1);
  private volatile int connected;
  private volatile boolean draining;
  private volatile boolean closed;
  private final AtomicBoolean endTold = new AtomicBoolean();

  /**
   * Starts an agent; it dials in the background.
   *
   * @param frames how large to make what is sent on tunnels
   * @param windows what a backend may send on a stream before it moves on
   * @throws IOException if a TLS file does not hold what it should or the admin address cannot be
   *     had
   */
  public static AgentApp start(
      AgentConfig config, FrameLimits frames, WindowSizes windows, String version)
      throws IOException {
    return new AgentApp(config, frames, windows, version);
  }

  private AgentApp(AgentConfig config, FrameLimits frames, WindowSizes windows, String version)
      throws IOException {
    this.config = config;
    this.version = version;
    loops = EventLoops.start(Runtime.getRuntime().availableProcessors(), "loop");

    memory = MemoryWatch.start(loops.all().get(0));

    AgentTlsConfig files = config.tls();
    followedTls = new FollowedTls("tls", files.files());
    tls = config.insecure() ? null : new CurrentSslContext(context(files));

    // 8: backends.
    ReceiveWindows.Sizes streams =
        new ReceiveWindows.Sizes(windows.initial(), windows.call(), memory.budget()::isTight);
    served =
        new ServedUpstreams(
            new RoutedUpstreams(
                AgentRoutes.of(config.upstreams(), config.routes()),
                new UpstreamTable(config.upstreams(), loops, streams)));

    HealthChecks health = new HealthChecks(loops);

    tracer = CallTracer.start(config.tracing(), "tunnel-agent", version, config.id().value());

    // 7: what becomes of a call that comes through a tunnel.
    metrics = new AgentMetrics(version, served::all);
    dispatcher =
        new CallDispatcher(served, config.capacity(), memory.budget(), metrics.upstreams(), tracer);
    handed = new HandedGroups(config.configSync(), config.allow(), served, health, loops, streams);

    warnings = new AgentWarnings(config.insecure(), memory.budget(), this::followed);

    if (config.insecure()) {
      log.warn("insecure: the token and all calls cross the network in clear text");
    }
    admin = config.adminListen() == null ? null : listenForOperators(config.adminListen());

    // From here on nothing keeps it from running, and backends hear of it.
    health.watch(served.own().upstreams());
    served.own().upstreams().connect();

    // 6: the tunnels, last, so that no call comes before there is somewhere to go.
    dialer =
        new TunnelDialer(
            new TunnelPlan(
                config.id(),
                instance,
                config.groups(),
                config.servers(),
                config.token(),
                tls,
                config.tls(),
                config.proxy(),
                config.capacity(),
                "adit/" + version,
                loops,
                dispatcher,
                handed,
                frames,
                memory.budget(),
                metrics.dials()),
            this::onConnected);
    watch();
    AgentLogs.tellStart(config, version, adminAddress());
    dialer.start();
    if (tls != null) {
      followedTls.start(() -> follow(tls));
    }
  }

  private void watch() {
    ProcessMetrics process = metrics.process();
    process.counter(
        "adit_served_calls",
        "Calls that came through tunnels and were given to an upstream, those that still run"
            + " included.",
        dispatcher::total);
    process.gauge(
        "adit_served_calls_running",
        "Calls that came through tunnels and run now.",
        dispatcher::running);
    process.gauge("adit_servers", "Servers that are configured.", this::configured);
    process.gauge(
        "adit_servers_connected", "Configured servers that have a tunnel.", this::connected);
    process.watchMemory(memory);
    process.watchLoops(loops.all());
    process.watchDrain(() -> draining);
    process.watchCertificates(this::certificates);
    process.watchTls(this::followed);
    config.servers().forEach(server -> metrics.dials().expect(server.toString()));
    metrics.dials().watch(dialer::tunnels);
  }

  private Set<Path> certificates() {
    Set<Path> files = new LinkedHashSet<>();
    Stream.of(config.tls().ca(), config.tls().cert())
        .flatMap(Stream::ofNullable)
        .forEach(files::add);
    for (GroupUpstream each : served.all()) {
      UpstreamTls tls = each.upstream().config().tls();
      if (tls != null) {
        Stream.of(tls.ca(), tls.cert()).flatMap(Stream::ofNullable).forEach(files::add);
      }
    }
    return files;
  }

  private List<FollowedTls> followed() {
    Stream<FollowedTls> upstreams =
        served.all().stream().flatMap(each -> Stream.ofNullable(each.upstream().followedTls()));
    return Stream.concat(Stream.of(followedTls), upstreams).toList();
  }

  private void follow(CurrentSslContext current) throws IOException {
    current.replace(context(config.tls()));
    dialer.dialNow();
  }

  private static SslContext context(AgentTlsConfig tls) throws IOException {
    return TlsContexts.client(tls.ca(), tls.cert(), tls.key());
  }

  private void onConnected(int servers) {
    connected = servers;
    if (servers > 0) {
      firstTunnel.countDown();
    }
  }

  private AdminServer listenForOperators(HostPort address) throws IOException {
    Map<String, Supplier<AdminPage>> pages = new LinkedHashMap<>();
    pages.put("/healthz", () -> AdminPage.text(200, "ok\n"));
    pages.put(
        "/readyz",
        () ->
            connected > 0 && !draining
                ? AdminPage.text(200, "ready\n")
                : AdminPage.text(503, "no tunnel\n"));
    pages.put("/status", () -> AdminPage.json(status()));
    pages.put("/metrics", metrics::page);
    try {
      return AdminServer.start(
          new InetSocketAddress(address.host(), address.port()),
          () -> null,
          AdminSite.ofPages(pages).withProtobuf("/metrics", metrics::protobuf));
    } catch (IOException e) {
      loops.close();
      throw new ListenException(address, e);
    }
  }

  /** How the agent stands. */
  public AgentStatusPage status() {
    List<CertificateStatus> certificates = config.certificates();
    List<DialedServer> dialed = dialer.servers();
    List<AgentStatusPage.UpstreamPage> upstreams = AgentStatusPage.upstreams(served);
    return new AgentStatusPage(
        draining ? "draining" : "running",
        config.id().value(),
        instance,
        version,
        since.toString(),
        connected,
        config.servers().stream().map(HostPort::toString).toList(),
        dispatcher.running(),
        dispatcher.total(),
        dialed.stream().map(each -> AgentStatusPage.ServerPage.of(each, loops.all())).toList(),
        upstreams,
        handed.status(),
        certificates,
        warnings.lines(dialed, dispatcher.upstreams(), handed.status(), certificates));
  }

  /** Waits until the first tunnel is up, or the agent ends. */
  public void awaitFirstTunnel() throws InterruptedException {
    firstTunnel.await();
  }

  /**
   * The same for a time.
   *
   * @return false if it is over without
   */
  boolean awaitFirstTunnel(Duration time) throws InterruptedException {
    return firstTunnel.await(time.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Configured servers that have a tunnel now. */
  public int connected() {
    return connected;
  }

  public int configured() {
    return config.servers().size();
  }

  /** Calls now. */
  public long running() {
    return dispatcher.running();
  }

  /** Where the admin port listens; null if there is none. */
  public @Nullable InetSocketAddress adminAddress() {
    return admin == null ? null : admin.address();
  }

  /**
   * Goes away without losing a call: servers place nothing more here, what runs may finish within
   * the grace. Blocks until it has.
   */
  @Override
  public void drain() {
    draining = true;
    log.info(
        "{} draining: {} calls run, up to {} s for them",
        config.id(),
        running(),
        config.drainGrace().toSeconds());
    dialer.retire("going-away");
    long deadline = System.nanoTime() + config.drainGrace().toNanos();
    try {
      // Calls that were under way to us when the servers heard of it still come.
      dialer.awaitGone(config.drainGrace());
      while (!closed && running() > 0 && System.nanoTime() - deadline < 0) {
        Thread.sleep(DRAIN_POLL_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (endTold.compareAndSet(false, true)) {
      log.info("{} drained: {} calls were still running", config.id(), running());
    }
  }

  /** Ends now: calls that run are lost. */
  @Override
  public void close() {
    if (endTold.compareAndSet(false, true)) {
      log.info("{} stopped: {} cut", config.id(), Sheet.count(running(), "call was", "calls were"));
    }
    closed = true;
    firstTunnel.countDown();
    dialer.close();
    followedTls.close();
    served.own().upstreams().retireAllBut(null);
    handed.close();
    loops.close();
    if (admin != null) {
      admin.close();
    }
    if (tracer != null) {
      tracer.close();
    }
  }
}
