package dev.adit.agent.doctor;

import dev.adit.agent.backend.Upstream;
import dev.adit.agent.backend.UpstreamTable;
import dev.adit.agent.config.AgentConfig;
import dev.adit.agent.dispatch.CallDispatcher;
import dev.adit.agent.dispatch.RoutedUpstreams;
import dev.adit.agent.dispatch.ServedUpstreams;
import dev.adit.agent.health.HealthChecks;
import dev.adit.agent.metrics.AgentMetrics;
import dev.adit.agent.routing.AgentRoutes;
import dev.adit.agent.sync.HandedGroups;
import dev.adit.agent.tunnel.TunnelPlan;
import dev.adit.core.config.HostPort;
import dev.adit.core.flow.MemoryBudget;
import dev.adit.core.flow.WindowSizes;
import dev.adit.core.http2.read.ReceiveWindows;
import dev.adit.core.process.EventLoops;
import dev.adit.core.tls.TlsContexts;
import dev.adit.core.wire.FrameLimits;
import java.io.IOException;
import java.util.function.Consumer;

/**
 * Tries what an agent does, step by step: each server's name, proxy, connection, TLS, token, groups
 * and heartbeat, and each backend. Made of the agent's own parts, so that it fails where the agent
 * would; but it serves nothing, and an agent that runs is not disturbed.
 */
public final class Doctor {
  private Doctor() {}

  /**
   * Examines all there is; blocks, for each failure some seconds at most.
   *
   * @param findings told each as soon as it is there
   * @throws IOException if a TLS file does not hold what it should
   */
  public static void examine(AgentConfig config, String version, Consumer<Finding> findings)
      throws IOException {
    EventLoops loops = EventLoops.start(1, "doctor");
    ReceiveWindows.Sizes windows = ReceiveWindows.Sizes.fixed(WindowSizes.DEFAULT.initial());
    UpstreamTable upstreams = new UpstreamTable(config.upstreams(), loops, windows);
    ServedUpstreams served =
        new ServedUpstreams(
            new RoutedUpstreams(AgentRoutes.of(config.upstreams(), config.routes()), upstreams));
    try (HandedGroups handed =
        new HandedGroups(
            config.configSync(), config.allow(), served, new HealthChecks(loops), loops, windows)) {
      TunnelPlan plan = plan(config, version, loops, served, handed);
      for (HostPort server : config.servers()) {
        new ServerExamination(config, plan, server, findings).run();
      }
      for (Upstream upstream : upstreams.upstreams()) {
        new BackendExamination(upstream, loops).run(findings);
      }
    } finally {
      upstreams.retireAllBut(null);
      loops.close();
    }
  }

  private static TunnelPlan plan(
      AgentConfig config,
      String version,
      EventLoops loops,
      ServedUpstreams served,
      HandedGroups handed)
      throws IOException {
    MemoryBudget memory = MemoryBudget.unlimited();
    // Counted for nobody.
    AgentMetrics metrics = new AgentMetrics(version, served::all);
    return new TunnelPlan(
        config.id(),
        "doctor",
        config.groups(),
        config.servers(),
        config.token(),
        config.insecure()
            ? null
            : TlsContexts.client(config.tls().ca(), config.tls().cert(), config.tls().key()),
        config.tls(),
        config.proxy(),
        config.capacity(),
        "adit/" + version,
        loops,
        new CallDispatcher(served, memory, metrics.upstreams()),
        handed,
        FrameLimits.DEFAULT,
        memory,
        metrics.dials());
  }
}
