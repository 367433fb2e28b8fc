package dev.adit.server.app;

import dev.adit.core.admin.AdminServer;
import dev.adit.core.config.ConfigException;
import dev.adit.core.config.HostPort;
import dev.adit.core.drain.Drain;
import dev.adit.core.drain.ProcessEnd;
import dev.adit.core.flow.WindowSizes;
import dev.adit.core.http2.HandshakeWatch;
import dev.adit.core.http2.read.ReceiveWindows;
import dev.adit.core.metrics.ProcessMetrics;
import dev.adit.core.process.EventLoops;
import dev.adit.core.process.MemoryWatch;
import dev.adit.core.trace.CallTracer;
import dev.adit.core.tunnel.TunnelSettings;
import dev.adit.core.wire.FrameLimits;
import dev.adit.server.accesslog.AccessLog;
import dev.adit.server.admin.ServerStatus;
import dev.adit.server.admin.Warnings;
import dev.adit.server.calls.RunningCalls;
import dev.adit.server.config.ServerConfig;
import dev.adit.server.config.TlsConfig;
import dev.adit.server.config.TunnelConfig;
import dev.adit.server.config.agents.AgentsSource;
import dev.adit.server.dispatch.Dispatcher;
import dev.adit.server.entry.EntryServer;
import dev.adit.server.entry.call.CallCounter;
import dev.adit.server.entry.call.EntryContext;
import dev.adit.server.entry.call.RequestIds;
import dev.adit.server.entry.caller.CallerCheck;
import dev.adit.server.identity.AgentIdentities;
import dev.adit.server.identity.AgentsReload;
import dev.adit.server.metrics.ServerMetrics;
import dev.adit.server.registry.AgentRegistry;
import dev.adit.server.registry.ExpectedGroups;
import dev.adit.server.routing.Router;
import dev.adit.server.routing.RoutingTable;
import dev.adit.server.rules.reload.ReloadStatus;
import dev.adit.server.rules.reload.RuleReload;
import dev.adit.server.tunnel.ConfigHandout;
import dev.adit.server.tunnel.SessionLog;
import dev.adit.server.tunnel.TunnelGreeting;
import dev.adit.server.tunnel.TunnelService;
import dev.adit.server.tunnel.listener.TunnelServer;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The composition root: makes the parts of a server in the order in which a call meets them. Any
 * thread.
 */
public final class ServerApp implements ProcessEnd.Program {
  private static final Logger log = LoggerFactory.getLogger(ServerApp.class);
  private static final Duration LOOK = Duration.ofMillis(250);

  // deps
  private final ServerConfig config;
  private final String serverId = UUID.randomUUID().toString();
  private final Drain drain = new Drain();
  private final EventLoops loops;
  private final MemoryWatch memory;
  private final AgentRegistry registry = new AgentRegistry();
  private final SessionLog sessions = new SessionLog();
  private final AgentIdentities identities;
  private final @Nullable AgentsReload agents;
  private final ServerTls tls;
  private final ConfigHandout configs;
  private final RuleReload rules;
  private final ServerMetrics metrics;
  private final AccessLog accessLog;
  private final @Nullable CallTracer tracer;
  private final EntryContext entryContext;
  private final EntryServer entry;
  private final TunnelServer tunnels;
  private final OperatorPort operators;
  private final AdminServer admin;
  private final List<SocketAddress> entryAddresses = new ArrayList<>();

  /**
   * Starts a server; when this returns, all listeners are bound.
   *
   * @param frames how large to make what is sent on tunnels
   * @throws ConfigException if a file that the configuration names cannot be used
   * @throws ListenException if an address cannot be had
   */
  public static ServerApp start(
      ServerConfig config, FrameLimits frames, String version, OutputStream stdout)
      throws ConfigException, IOException {
    return new ServerApp(config, frames, version, stdout);
  }

  private ServerApp(ServerConfig config, FrameLimits frames, String version, OutputStream stdout)
      throws ConfigException, IOException {
    this.config = config;
    accessLog = ServerLogs.open(config.accessLog(), stdout);
    agents =
        config.agents() instanceof AgentsSource.FromFile source
            ? new AgentsReload(source.path())
            : null;
    identities = new AgentIdentities(config.agents().read());
    tls = new ServerTls(config);

    // 3: rules first, so that a mistake in them stops the start before anything listens.
    Router router = new Router(RoutingTable.EMPTY);
    configs = new ConfigHandout(registry, () -> router.table().groups());
    rules =
        RuleReload.start(
            config.rulesDirectory(),
            router,
            identities::mayServe,
            status -> configs.onChanged(),
            Clock.systemUTC());

    // 4, 5: who is connected, and who gets a call.
    ExpectedGroups expected =
        new ExpectedGroups(
            registry,
            identities::mayServe,
            config.tunnel().awaitAgents(),
            config.tunnel().deadAfter().plus(LOOK),
            System::nanoTime);
    Dispatcher dispatcher = new Dispatcher(registry, expected);

    // One set of loops for entry and tunnels, so that a call and its tunnel can share one.
    loops = EventLoops.start(Runtime.getRuntime().availableProcessors(), "loop");

    EventLoop first = loops.all().get(0);
    first.scheduleWithFixedDelay(expected::onRunning, 0, LOOK.toMillis(), TimeUnit.MILLISECONDS);
    memory = MemoryWatch.start(first);

    metrics = new ServerMetrics(version);

    // 6: the tunnels that calls go through.
    TunnelConfig tunnel = config.tunnel();
    tunnels = listenForAgents(tunnel, frames, version);

    // 1, 2: last, so that no call comes before there is somewhere to go.
    if (agents != null) {
      agents.start(identities);
    }
    Warnings warnings =
        new Warnings(
            tunnel.insecure(),
            memory.budget(),
            router,
            registry,
            rules::status,
            () -> agents == null ? List.of() : agents.problems(),
            this::identityWarnings);
    tls.follow();
    tracer = CallTracer.start(config.tracing(), "tunnel-server", version, serverId);
    entryContext =
        new EntryContext(
            config.entry(),
            router,
            dispatcher,
            accessLog,
            metrics.calls(),
            metrics.callerFloods(),
            drain,
            memory.budget(),
            new CallerCheck(Clock.systemUTC()),
            new CallCounter(),
            new RunningCalls(accessLog),
            new RequestIds(),
            tracer,
            new ReceiveWindows.Sizes(
                tunnel.initialWindowBytes(), tunnel.callWindowBytes(), memory.budget()::isTight));
    entry = new EntryServer(entryContext, tls.entry());
    listenForCallers();

    watch();
    operators =
        new OperatorPort(
            config,
            serverId,
            version,
            new OperatorPort.Seen(
                drain,
                loops,
                memory,
                registry,
                sessions,
                router,
                rules,
                metrics,
                entryContext.calls(),
                entryContext.running(),
                entry,
                tls,
                warnings));
    admin = listenForOperators();
    ServerLogs.tellStart(
        config,
        version,
        new ServerLogs.Listening(entryAddresses, tunnels.addresses(), admin.address()),
        identities.count(),
        identityWarnings());
  }

  private void watch() {
    ProcessMetrics process = metrics.process();
    process.gauge("adit_calls_running", "Calls at the entry now.", entryContext.calls()::running);
    process.gauge("adit_entry_connections", "Connections of callers.", entry::connectionCount);
    process.gauge(
        "adit_kept_request_bytes",
        "Request bytes kept for placing calls again, and for their copies.",
        this::keptBytes);
    process.gauge(
        "adit_promised_bytes",
        "Response bytes that agents may send now, or have sent and callers have not taken.",
        memory.budget()::promised);
    process.watchMemory(memory);
    process.watchLoops(loops.all());
    process.watchDrain(drain::inProgress);
    process.watchCertificates(tls::certificateFiles);
    process.watchTls(tls::followed);
    metrics.watch(registry);
    metrics.watch(accessLog);
    metrics.watchMirrors(entryContext.dispatcher()::mirrored);
    metrics.watchRules(rules::status);
    if (agents != null) {
      metrics.watchAgentsFile(() -> agents.problems().isEmpty(), agents::loaded, agents::refused);
    }
  }

  private TunnelServer listenForAgents(TunnelConfig tunnel, FrameLimits frames, String version)
      throws IOException {
    if (tunnel.insecure()) {
      log.warn("tunnel.insecure: agents' tokens and all calls cross the network in clear text");
    }
    TunnelSettings settings =
        new TunnelSettings(
            frames,
            new WindowSizes(
                tunnel.initialWindowBytes(), tunnel.callWindowBytes(), tunnel.tunnelBudgetBytes()),
            memory.budget(),
            tunnel.heartbeat(),
            tunnel.deadAfter(),
            metrics.tunnels().stalls());
    TunnelGreeting greeting =
        new TunnelGreeting(
            serverId,
            version,
            loops.all(),
            registry,
            configs,
            drain,
            settings,
            tunnel.renewAfter(),
            tunnel.maxCallsPerAgent(),
            config.entry().maxHeaderBytes(),
            metrics.tunnels());
    TunnelService service = new TunnelService(greeting, identities, sessions);
    try {
      return TunnelServer.start(
          tunnel.listen().stream().map(ServerApp::socketAddress).toList(),
          tls.tunnel(),
          tunnel.connections(),
          service.floods(metrics.agentFloods()::add),
          new HandshakeWatch(metrics.agentFloods()::add),
          loops,
          service.definition());
    } catch (IOException e) {
      loops.close();
      throw new ListenException("tunnel", tunnel.listen(), e);
    }
  }

  private List<String> identityWarnings() {
    List<String> lines = new ArrayList<>(tls.warnings());
    lines.addAll(accessLog.warnings());
    TlsConfig tunnel = config.tunnel().tls();
    if (identities.useCertificates() && (tunnel == null || tunnel.clientCa() == null)) {
      lines.add(
          "agents.yaml has certificate identities, but without tunnel.tls.clientCa no agent is"
              + " asked for its certificate");
    }
    return lines;
  }

  private void listenForCallers() throws IOException {
    for (HostPort address : config.entry().listen()) {
      try {
        entryAddresses.add(entry.listen(socketAddress(address), loops));
      } catch (IOException e) {
        closeAll(null);
        throw new ListenException("entry", address, e);
      }
    }
  }

  private AdminServer listenForOperators() throws ConfigException, IOException {
    try {
      return operators.listen(config.admin());
    } catch (IOException e) {
      closeAll(null);
      throw new ListenException("admin", config.admin().listen(), e);
    }
  }

  private static InetSocketAddress socketAddress(HostPort address) {
    return new InetSocketAddress(address.host(), address.port());
  }

  /** How the server stands. */
  public ServerStatus status() {
    return operators.status();
  }

  public SocketAddress entryAddress() {
    return entryAddresses.get(0);
  }

  public InetSocketAddress tunnelAddress() {
    return tunnels.addresses().get(0);
  }

  public InetSocketAddress adminAddress() {
    return admin.address();
  }

  /** Who is connected. */
  public AgentRegistry registry() {
    return registry;
  }

  /** Calls at the entry. */
  public CallCounter calls() {
    return entryContext.calls();
  }

  /** Bytes kept now for placing calls again. */
  public long keptBytes() {
    return entryContext.dispatcher().keptBytes();
  }

  /** Reads the rule files now, changed or not, and tells how the rules stand then. */
  public CompletableFuture<ReloadStatus> reloadRules() {
    return rules.reload();
  }

  /** The access log's file may have been moved away: it is opened again. */
  public void reopenAccessLog() {
    accessLog.reopen();
  }

  /**
   * Goes away without losing a call: agents are told to hold tunnels elsewhere, callers to open
   * calls elsewhere; what runs may finish within the grace. Blocks until it has, or until {@link
   * #close}.
   */
  @Override
  public void drain() {
    newDrain().run(config.drainGrace());
  }

  private ServerDrain newDrain() {
    return new ServerDrain(drain, registry, entry, calls());
  }

  /** Ends now, and with it the calls that run. */
  @Override
  public void close() {
    newDrain().stop(entryContext.running());
    operators.close();
    closeAll(admin);
  }

  private void closeAll(@Nullable AdminServer operators) {
    rules.close();
    tls.close();
    if (agents != null) {
      agents.close();
    }
    entry.close();
    tunnels.close();
    loops.close();
    accessLog.close();
    if (tracer != null) {
      tracer.close();
    }
    if (operators != null) {
      operators.close();
    }
  }
}
