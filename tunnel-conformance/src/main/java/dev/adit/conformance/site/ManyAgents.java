package dev.adit.conformance.site;

import dev.adit.agent.backend.UpstreamTable;
import dev.adit.agent.config.AgentTlsConfig;
import dev.adit.agent.config.AllowList;
import dev.adit.agent.config.ConfigSyncMode;
import dev.adit.agent.dispatch.CallDispatcher;
import dev.adit.agent.dispatch.RoutedUpstreams;
import dev.adit.agent.dispatch.ServedUpstreams;
import dev.adit.agent.health.HealthChecks;
import dev.adit.agent.metrics.AgentMetrics;
import dev.adit.agent.routing.AgentRoutes;
import dev.adit.agent.sync.HandedGroups;
import dev.adit.agent.tunnel.TunnelDialer;
import dev.adit.agent.tunnel.TunnelPlan;
import dev.adit.core.config.HostPort;
import dev.adit.core.config.SecretRef;
import dev.adit.core.flow.MemoryBudget;
import dev.adit.core.http2.read.ReceiveWindows;
import dev.adit.core.name.AgentId;
import dev.adit.core.name.GroupName;
import dev.adit.core.process.EventLoops;
import dev.adit.core.upstream.BackendConfig;
import dev.adit.core.upstream.UpstreamConfig;
import dev.adit.core.upstream.UpstreamName;
import dev.adit.core.wire.FrameLimits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Many agents as one process, which share its loops and their one upstream: each dials, redials and
 * serves calls as one of its own process does.
 */
public final class ManyAgents {
  private static final ReceiveWindows.Sizes WINDOWS = ReceiveWindows.Sizes.fixed(64 * 1024);
  private static final int LOOPS = 2;
  private static final int CAPACITY = 1000;

  // deps
  private final EventLoops loops = EventLoops.start(LOOPS, "many-agents");
  private final GroupName group;
  private final HostPort server;
  private final MemoryBudget memory = MemoryBudget.unlimited();
  private final AgentMetrics metrics;
  private final CallDispatcher dispatcher;
  private final HandedGroups handed;

  // shared: agents that have not had a tunnel yet
  private final CountDownLatch missing;

  private ManyAgents(int number, GroupName group, HostPort server, HostPort backend)
      throws IOException {
    this.group = group;
    this.server = server;
    missing = new CountDownLatch(number);
    UpstreamConfig upstream =
        UpstreamConfig.of(new UpstreamName("all"), List.of(new BackendConfig(backend, 1)));
    ServedUpstreams served =
        new ServedUpstreams(
            new RoutedUpstreams(
                AgentRoutes.of(List.of(upstream), List.of()),
                new UpstreamTable(List.of(upstream), loops, WINDOWS)));
    metrics = new AgentMetrics("test", served::all);
    dispatcher = new CallDispatcher(served, memory, metrics.upstreams());
    handed =
        new HandedGroups(
            ConfigSyncMode.OFF,
            AllowList.exactly(List.of(upstream)),
            served,
            new HealthChecks(loops),
            loops,
            WINDOWS);
  }

  /**
   * Runs until the process is ended; prints a ready line once all have had a tunnel.
   *
   * @param args the site's directory, with a token of each agent; their group; what their ids begin
   *     with; how many they are; the server's and the backend's address
   */
  public static void main(String[] args) throws Exception {
    int number = Integer.parseInt(args[3]);
    ManyAgents agents =
        new ManyAgents(
            number, new GroupName(args[1]), HostPort.parse(args[4]), HostPort.parse(args[5]));
    for (int i = 0; i < number; i++) {
      String id = args[2] + i;
      agents.start(new AgentId(id), Path.of(args[0], id, "agent.token"));
    }
    agents.missing.await();
    System.out.println("ready agents=" + number);
    new CountDownLatch(1).await();
  }

  private void start(AgentId id, Path token) {
    TunnelPlan plan =
        new TunnelPlan(
            id,
            "run-of-" + id.value(),
            Set.of(group),
            List.of(server),
            new SecretRef.FromFile(token),
            null,
            AgentTlsConfig.DEFAULT,
            null,
            CAPACITY,
            "test",
            loops,
            dispatcher,
            handed,
            FrameLimits.DEFAULT,
            memory,
            metrics.dials());
    AtomicBoolean wasUp = new AtomicBoolean();
    new TunnelDialer(
            plan,
            servers -> {
              if (servers > 0 && wasUp.compareAndSet(false, true)) {
                missing.countDown();
              }
            })
        .start();
  }
}
