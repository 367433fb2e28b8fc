package dev.adit.server.metrics;

import dev.adit.core.admin.AdminPage;
import dev.adit.core.metrics.ProcessMetrics;
import dev.adit.server.accesslog.AccessLog;
import dev.adit.server.registry.AgentRegistry;
import dev.adit.server.rules.reload.ReloadStatus;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * All metrics of a server. What can be asked for when it is scraped is not counted before; a scrape
 * never stops a call.
 */
public final class ServerMetrics {
  private final ProcessMetrics process;
  private final CallMetrics calls;
  private final FloodMetrics callerFloods;
  private final FloodMetrics agentFloods;
  private final TunnelMetrics tunnels;

  /** Metrics of a server of this version, with those of its JVM. */
  public ServerMetrics(String version) {
    process = new ProcessMetrics(version);
    calls = new CallMetrics(process.registry());
    callerFloods = new FloodMetrics(process.registry(), "adit_entry", "of callers");
    agentFloods = new FloodMetrics(process.registry(), "adit_tunnel", "to the tunnels' port");
    tunnels = new TunnelMetrics(process.registry());
    process.watchStalls(tunnels.stalls());
  }

  /** What every process shows. */
  public ProcessMetrics process() {
    return process;
  }

  /** Where calls are counted and measured. */
  public CallMetrics calls() {
    return calls;
  }

  /** Where connections of callers that were ended for a flood, or had no TLS, are counted. */
  public FloodMetrics callerFloods() {
    return callerFloods;
  }

  /** Where those of agents are. */
  public FloodMetrics agentFloods() {
    return agentFloods;
  }

  /** Where tunnels are counted. */
  public TunnelMetrics tunnels() {
    return tunnels;
  }

  /** Shows what the access log loses. */
  public void watch(AccessLog accessLog) {
    CounterWithCallback.builder()
        .name("adit_access_log_lines_dropped")
        .help(
            "Lines that could not be written: the log is slower than the calls, or its disk full.")
        .callback(shown -> shown.call((double) accessLog.dropped()))
        .register(process.registry());
  }

  /** Shows who is connected. */
  public void watch(AgentRegistry agents) {
    AgentGauges.show(process.registry(), agents);
  }

  /**
   * Shows what becomes of copies of calls.
   *
   * @param copies those that are over, by group and reason; asked at each scrape
   */
  public void watchMirrors(Supplier<Map<List<String>, Long>> copies) {
    CounterWithCallback.builder()
        .name("adit_mirrored_calls")
        .help(
            "Copies of calls that are over. reason: Adit's own reason token where a copy failed,"
                + " left-out where too many ran, empty where a backend has answered.")
        .labelNames("group", "reason")
        .callback(
            shown ->
                copies
                    .get()
                    .forEach((of, count) -> shown.call((double) count, of.toArray(String[]::new))))
        .register(process.registry());
  }

  /** Shows how the rules stand. */
  public void watchRules(Supplier<ReloadStatus> rules) {
    process.gauge("adit_rules", "Rules in force.", () -> rules.get().rules());
    process.gauge(
        "adit_rules_current",
        "1 if the rules in force are those on disk, 0 if these are refused.",
        () -> rules.get().isCurrent() ? 1 : 0);
    process.gauge(
        "adit_rules_in_force_since_timestamp_seconds",
        "When the rules in force were loaded.",
        () -> rules.get().since().getEpochSecond());
    showLoads(
        "adit_rules_loads",
        "Times that changed rule files were read. result: loaded or refused.",
        () -> rules.get().loaded(),
        () -> rules.get().refused());
  }

  /** Shows how the file of agents stands, where there is one. */
  public void watchAgentsFile(BooleanSupplier current, LongSupplier loaded, LongSupplier refused) {
    process.gauge(
        "adit_agents_file_current",
        "1 if the agents file in force is the one on disk, 0 if this one is refused.",
        () -> current.getAsBoolean() ? 1 : 0);
    showLoads(
        "adit_agents_file_loads",
        "Times that a changed agents file was read. result: loaded or refused.",
        loaded,
        refused);
  }

  private void showLoads(String name, String help, LongSupplier loaded, LongSupplier refused) {
    CounterWithCallback.builder()
        .name(name)
        .help(help)
        .labelNames("result")
        .callback(
            shown -> {
              shown.call((double) loaded.getAsLong(), "loaded");
              shown.call((double) refused.getAsLong(), "refused");
            })
        .register(process.registry());
  }

  /** Everything, for Prometheus. */
  public AdminPage page() {
    return process.page();
  }

  /** The same with native histograms, for one that can read them. */
  public AdminPage protobuf() {
    return process.protobuf();
  }
}
