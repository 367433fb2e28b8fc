package dev.adit.agent.metrics;

import dev.adit.agent.backend.Backend;
import dev.adit.agent.backend.GroupUpstream;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** How the backends of all upstreams are, asked at each scrape. */
final class BackendGauges {
  private static final List<String> CIRCUITS = List.of("closed", "open", "half-open");

  private final PrometheusRegistry shown;
  private final Supplier<List<GroupUpstream>> served;

  private BackendGauges(PrometheusRegistry shown, Supplier<List<GroupUpstream>> served) {
    this.shown = shown;
    this.served = served;
  }

  static void show(PrometheusRegistry shown, Supplier<List<GroupUpstream>> served) {
    BackendGauges gauges = new BackendGauges(shown, served);
    gauges.gauge("adit_backend_calls_running", "Calls that the backend has now.", Backend::calls);
    gauges.gauge(
        "adit_backend_connections",
        "Connections to the backend that are up.",
        Backend::connections);
    gauges.gauge(
        "adit_backend_reachable",
        "0 if the last try to connect to the backend failed.",
        each -> each.isUnreachable() ? 0 : 1);
    gauges.gauge(
        "adit_backend_healthy",
        "0 if health checks keep calls from the backend; 1 without any.",
        each -> each.isHealthy() ? 1 : 0);
    gauges.showCircuits();
    gauges.counter(
        "adit_backend_circuit_opened",
        "Times that the backend's circuit breaker has opened.",
        Backend::circuitsOpened);
    gauges.counter(
        "adit_backend_connects", "Connections to the backend that came up.", Backend::connects);
    gauges.counter(
        "adit_backend_connect_failures",
        "Connections to the backend that never came up.",
        Backend::connectFailures);
  }

  private void gauge(String name, String help, ToDoubleFunction<Backend> value) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .labelNames(UpstreamMetrics.OF_BACKEND)
        .callback(
            gauge -> each((labels, one) -> gauge.call(value.applyAsDouble(one), labels.texts())))
        .register(shown);
  }

  private void counter(String name, String help, ToDoubleFunction<Backend> value) {
    CounterWithCallback.builder()
        .name(name)
        .help(help)
        .labelNames(UpstreamMetrics.OF_BACKEND)
        .callback(
            counter ->
                each((labels, one) -> counter.call(value.applyAsDouble(one), labels.texts())))
        .register(shown);
  }

  private void showCircuits() {
    GaugeWithCallback.builder()
        .name("adit_backend_circuit")
        .help("1 for the state that the backend's circuit breaker is in; absent without one.")
        .labelNames("group", "upstream", "backend", "state")
        .callback(
            gauge ->
                each(
                    (labels, one) -> {
                      String now = one.circuit();
                      if (!now.isEmpty()) {
                        CIRCUITS.forEach(
                            state -> gauge.call(state.equals(now) ? 1 : 0, labels.with(state)));
                      }
                    }))
        .register(shown);
  }

  private record Labels(String group, String upstream, String backend) {
    String[] texts() {
      return new String[] {group, upstream, backend};
    }

    String[] with(String state) {
      return new String[] {group, upstream, backend, state};
    }
  }

  /** An address may stand twice in an upstream; a series has one value. */
  private void each(BiConsumer<Labels, Backend> shownAs) {
    Map<Labels, Backend> all = new LinkedHashMap<>();
    for (GroupUpstream each : served.get()) {
      for (Backend backend : each.upstream().backends()) {
        Labels labels =
            new Labels(each.group(), each.upstream().name().value(), backend.address().toString());
        if (all.size() < UpstreamMetrics.MAX_SERIES) {
          all.putIfAbsent(labels, backend);
        }
      }
    }
    all.forEach(shownAs);
  }
}
