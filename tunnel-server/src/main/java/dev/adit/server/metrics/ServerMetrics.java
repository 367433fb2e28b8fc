package dev.adit.server.metrics;

import dev.adit.core.admin.AdminPage;
import dev.adit.core.name.AgentId;
import dev.adit.core.tunnel.TunnelStream;
import dev.adit.server.accesslog.AccessLog;
import dev.adit.server.registry.AgentGroup;
import dev.adit.server.registry.AgentRegistry;
import dev.adit.server.registry.AgentSession;
import dev.adit.server.registry.HandedConfig;
import dev.adit.server.rules.reload.ReloadStatus;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/**
 * All metrics of a server. What can be asked for when it is scraped is not counted before; a scrape
 * never stops a call.
 */
public final class ServerMetrics {
  private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

  /** Agents that have a series of their own; more would fill those who scrape. */
  private static final int MAX_AGENTS = 1000;

  /** Why tunnels are refused (docs/protocol.md). */
  private static final List<String> REFUSALS =
      List.of("unauthenticated", "forbidden", "malformed", "draining");

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final CallMetrics calls = new CallMetrics(registry);
  private final FloodMetrics callerFloods =
      new FloodMetrics(
          registry,
          "adit_entry_floods",
          "Connections of callers that were ended or refused, by the limit they passed.");
  private final FloodMetrics agentFloods =
      new FloodMetrics(
          registry,
          "adit_tunnel_floods",
          "Connections to the tunnels' port that were ended or refused, by the limit they passed.");
  private final Counter refused =
      Counter.builder()
          .name("adit_tunnels_refused")
          .help("Tunnels that agents were refused, by reason.")
          .labelNames("reason")
          .register(registry);

  /** Metrics of a server of this version, with those of its JVM. */
  public ServerMetrics(String version) {
    for (String reason : REFUSALS) {
      refused.initLabelValues(reason);
    }
    JvmMetrics.builder().register(registry);
    Info.builder()
        .name("adit_build")
        .help("The version of Adit.")
        .labelNames("version")
        .register(registry)
        .addLabelValues(version);
  }

  /** Where ended calls are counted. */
  public CallMetrics calls() {
    return calls;
  }

  /** Where connections of callers that were ended for a flood are counted. */
  public FloodMetrics callerFloods() {
    return callerFloods;
  }

  /** Where those of agents are. */
  public FloodMetrics agentFloods() {
    return agentFloods;
  }

  /** A tunnel was refused for this reason, one of a few. */
  public void onTunnelRefused(String reason) {
    refused.labelValues(reason).inc();
  }

  /** Shows a number that goes up and down. */
  public void gauge(String name, String help, DoubleSupplier value) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .callback(shown -> shown.call(value.getAsDouble()))
        .register(registry);
  }

  /** Shows what the access log loses. */
  public void watch(AccessLog accessLog) {
    CounterWithCallback.builder()
        .name("adit_access_log_lines_dropped")
        .help(
            "Lines that could not be written: the log is slower than the calls, or its disk full.")
        .callback(shown -> shown.call((double) accessLog.dropped()))
        .register(registry);
  }

  /** Shows who is connected. */
  public void watch(AgentRegistry agents) {
    gauge("adit_agents", "Agents connected.", () -> agents.snapshot().sessions().size());
    gauge(
        "adit_tunnels",
        "Tunnels that take calls.",
        () ->
            agents.snapshot().sessions().stream()
                .mapToLong(session -> session.tunnels().length)
                .sum());
    GaugeWithCallback.builder()
        .name("adit_group_agents")
        .help("Agents connected that serve the group.")
        .labelNames("group")
        .callback(
            shown -> {
              for (AgentGroup group : agents.snapshot().groups()) {
                shown.call(group.agents().size(), group.name().value());
              }
            })
        .register(registry);
    GaugeWithCallback.builder()
        .name("adit_group_agents_healthy")
        .help("Those of the group's agents that are heard and whose backends are not all down.")
        .labelNames("group")
        .callback(
            shown -> {
              for (AgentGroup group : agents.snapshot().groups()) {
                shown.call(group.healthy().size(), group.name().value());
              }
            })
        .register(registry);
    GaugeWithCallback.builder()
        .name("adit_group_capacity_calls")
        .help("Calls in flight that the group's agents take together.")
        .labelNames("group")
        .callback(
            shown -> {
              for (AgentGroup group : agents.snapshot().groups()) {
                shown.call(
                    group.agents().stream().mapToInt(AgentSession::maxCalls).asDoubleStream().sum(),
                    group.name().value());
              }
            })
        .register(registry);
    ofAgents(
        agents, "adit_agent_calls_running", "Calls in flight at the agent.", AgentSession::calls);
    ofAgents(
        agents,
        "adit_agent_round_trip_seconds",
        "Shortest last round trip of the agent's tunnels; absent before it is measured.",
        ServerMetrics::roundTripSeconds);
    GaugeWithCallback.builder()
        .name("adit_agent_configurations")
        .help("What agents were handed of their groups' configuration, by what became of it.")
        .labelNames("state")
        .callback(
            shown -> {
              for (HandedConfig.State state : HandedConfig.State.values()) {
                double count =
                    agents.snapshot().sessions().stream()
                        .flatMap(session -> session.handed().values().stream())
                        .filter(config -> config.state() == state)
                        .count();
                shown.call(count, state.name().toLowerCase(Locale.ROOT));
              }
            })
        .register(registry);
  }

  /** A number of each agent's; negative: not known. */
  private interface OfAgent {
    double of(AgentSession session);
  }

  private void ofAgents(AgentRegistry agents, String name, String help, OfAgent value) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .labelNames("agent")
        .callback(
            shown -> {
              for (AgentSession session : newestRuns(agents)) {
                double now = value.of(session);
                if (now >= 0) {
                  shown.call(now, session.id().value());
                }
              }
            })
        .register(registry);
  }

  /** For a moment two runs of an agent may be connected; a series has one value. */
  private static Collection<AgentSession> newestRuns(AgentRegistry agents) {
    Map<AgentId, AgentSession> byId = new LinkedHashMap<>();
    for (AgentSession session : agents.snapshot().sessions()) {
      if (byId.size() < MAX_AGENTS || byId.containsKey(session.id())) {
        byId.put(session.id(), session);
      }
    }
    return byId.values();
  }

  private static double roundTripSeconds(AgentSession session) {
    return Arrays.stream(session.tunnels())
            .mapToLong(TunnelStream::rttNanos)
            .filter(nanos -> nanos >= 0)
            .min()
            .orElse(-TimeUnit.SECONDS.toNanos(1))
        / NANOS_PER_SECOND;
  }

  /** Shows how the rules stand. */
  public void watchRules(Supplier<ReloadStatus> rules) {
    gauge("adit_rules", "Rules in force.", () -> rules.get().rules());
    gauge(
        "adit_rules_current",
        "1 if the rules in force are those on disk, 0 if these are refused.",
        () -> rules.get().isCurrent() ? 1 : 0);
    gauge(
        "adit_rules_in_force_since_timestamp_seconds",
        "When the rules in force were loaded.",
        () -> rules.get().since().getEpochSecond());
    CounterWithCallback.builder()
        .name("adit_rules_loads")
        .help("Times that changed rule files were read. result: loaded or refused.")
        .labelNames("result")
        .callback(
            shown -> {
              shown.call((double) rules.get().loaded(), "loaded");
              shown.call((double) rules.get().refused(), "refused");
            })
        .register(registry);
  }

  /** Everything as Prometheus' text format 0.0.4. */
  public AdminPage page() {
    PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();
    ByteArrayOutputStream out = new ByteArrayOutputStream(16 * 1024);
    try {
      writer.write(out, registry.scrape());
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return new AdminPage(200, writer.getContentType(), out.toString(StandardCharsets.UTF_8));
  }
}
