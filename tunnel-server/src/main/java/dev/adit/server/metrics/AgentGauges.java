package dev.adit.server.metrics;

import dev.adit.core.name.AgentId;
import dev.adit.core.tunnel.TunnelStream;
import dev.adit.server.registry.AgentGroup;
import dev.adit.server.registry.AgentRegistry;
import dev.adit.server.registry.AgentSession;
import dev.adit.server.registry.HandedConfig;
import dev.adit.server.registry.UpstreamState;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/** Who is connected, asked at each scrape. */
final class AgentGauges {
  private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

  /** Agents, and upstreams, that have a series of their own; more would fill those who scrape. */
  private static final int MAX_SERIES = 1000;

  private final PrometheusRegistry shown;
  private final AgentRegistry agents;

  private AgentGauges(PrometheusRegistry shown, AgentRegistry agents) {
    this.shown = shown;
    this.agents = agents;
  }

  /** Shows who is connected. */
  static void show(PrometheusRegistry shown, AgentRegistry agents) {
    AgentGauges gauges = new AgentGauges(shown, agents);
    gauges.showTotals();
    gauges.showGroups();
    gauges.showAgents();
    gauges.showUpstreams();
    gauges.showConfigurations();
  }

  private Collection<AgentSession> sessions() {
    return agents.snapshot().sessions();
  }

  private void showTotals() {
    GaugeWithCallback.builder()
        .name("adit_agents")
        .help("Agents connected.")
        .callback(gauge -> gauge.call(sessions().size()))
        .register(shown);
    GaugeWithCallback.builder()
        .name("adit_tunnels")
        .help("Tunnels that take calls.")
        .callback(
            gauge -> gauge.call(sessions().stream().mapToInt(each -> each.tunnels().length).sum()))
        .register(shown);
  }

  private void showGroups() {
    ofGroups(
        "adit_group_agents",
        "Agents connected that serve the group.",
        each -> each.agents().size());
    ofGroups(
        "adit_group_agents_healthy",
        "Those of the group's agents that are heard and whose backends are not all down.",
        each -> each.healthy().size());
    ofGroups(
        "adit_group_capacity_calls",
        "Calls in flight that the group's agents take together.",
        each -> each.agents().stream().mapToLong(AgentSession::maxCalls).sum());
    ofGroups(
        "adit_group_agent_calls_running",
        "Calls in flight at the group's agents, of all groups that these serve.",
        each -> each.agents().stream().mapToLong(AgentSession::calls).sum());
  }

  private void ofGroups(String name, String help, ToDoubleFunction<AgentGroup> value) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .labelNames("group")
        .callback(
            gauge ->
                agents
                    .snapshot()
                    .groups()
                    .forEach(each -> gauge.call(value.applyAsDouble(each), each.name().value())))
        .register(shown);
  }

  private void showAgents() {
    ofAgents("adit_agent_calls_running", "Calls in flight at the agent.", AgentSession::calls);
    ofAgents(
        "adit_agent_round_trip_seconds",
        "Shortest last round trip of the agent's tunnels; absent before it is measured.",
        AgentGauges::roundTripSeconds);
  }

  /**
   * Shows a number of each agent's.
   *
   * @param value negative: not known
   */
  private void ofAgents(String name, String help, ToDoubleFunction<AgentSession> value) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .labelNames("agent")
        .callback(
            gauge -> {
              for (AgentSession session : newestRuns()) {
                double now = value.applyAsDouble(session);
                if (now >= 0) {
                  gauge.call(now, session.id().value());
                }
              }
            })
        .register(shown);
  }

  /** For a moment two runs of an agent may be connected; a series has one value. */
  private Collection<AgentSession> newestRuns() {
    Map<AgentId, AgentSession> byId = new LinkedHashMap<>();
    for (AgentSession session : sessions()) {
      if (byId.size() < MAX_SERIES || byId.containsKey(session.id())) {
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

  /** An upstream as agents name it, over all of them. */
  private record UpstreamKey(String group, String upstream) {}

  private void showUpstreams() {
    ofUpstreams(
        "adit_upstream_backends",
        "Backends of the agents' upstreams. group: whose configuration brought it; empty: the"
            + " agents' own files.",
        UpstreamState::backends);
    ofUpstreams(
        "adit_upstream_backends_usable",
        "Backends of the agents' upstreams that would be given a call: reachable, healthy, their"
            + " circuit not open.",
        UpstreamState::healthy);
  }

  private void ofUpstreams(String name, String help, ToDoubleFunction<UpstreamState> value) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .labelNames("group", "upstream")
        .callback(
            gauge ->
                sums(value).forEach((key, sum) -> gauge.call(sum, key.group(), key.upstream())))
        .register(shown);
  }

  /** Names come from agents: beyond a number they are all one. */
  private Map<UpstreamKey, Double> sums(ToDoubleFunction<UpstreamState> value) {
    Map<UpstreamKey, Double> sums = new LinkedHashMap<>();
    for (AgentSession session : sessions()) {
      for (UpstreamState state : session.upstreams()) {
        UpstreamKey key = new UpstreamKey(state.group(), state.name());
        boolean fits = sums.size() < MAX_SERIES || sums.containsKey(key);
        sums.merge(
            fits ? key : new UpstreamKey("other", "other"),
            value.applyAsDouble(state),
            Double::sum);
      }
    }
    return sums;
  }

  private void showConfigurations() {
    GaugeWithCallback.builder()
        .name("adit_agent_configurations")
        .help("What agents were handed of their groups' configuration, by what became of it.")
        .labelNames("state")
        .callback(
            gauge -> {
              Map<HandedConfig.State, Integer> counts = new TreeMap<>();
              for (HandedConfig.State state : HandedConfig.State.values()) {
                counts.put(state, 0);
              }
              for (AgentSession session : sessions()) {
                session
                    .handed()
                    .values()
                    .forEach(one -> counts.merge(one.state(), 1, Integer::sum));
              }
              counts.forEach(
                  (state, count) -> gauge.call(count, state.name().toLowerCase(Locale.ROOT)));
            })
        .register(shown);
  }
}
