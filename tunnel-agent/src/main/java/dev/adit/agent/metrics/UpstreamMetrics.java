package dev.adit.agent.metrics;

import dev.adit.agent.backend.Backend;
import dev.adit.agent.backend.GroupUpstream;
import dev.adit.core.call.CallFailure;
import dev.adit.core.metrics.Latencies;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Counts calls by the backend they are given to. Servers may hand out upstreams again and again:
 * backends that nobody serves any more are forgotten, and at most {@value #MAX_SERIES} are kept
 * apart at a time. Any thread; a call costs one lookup.
 */
public final class UpstreamMetrics {
  static final int MAX_SERIES = 1000;
  private static final List<CallFailure> REFUSALS =
      List.of(
          CallFailure.AGENT_OVERLOADED,
          CallFailure.BACKEND_NOT_ALLOWED,
          CallFailure.BACKEND_UNREACHABLE,
          CallFailure.MALFORMED,
          CallFailure.NO_UPSTREAM);
  static final String[] OF_BACKEND = {"group", "upstream", "backend"};

  final Counter calls;
  final Counter requestBytes;
  final Counter responseBytes;
  final Latencies wait;
  final Latencies answer;
  final Latencies duration;

  private final Counter refused;
  private final Supplier<List<GroupUpstream>> served;

  // shared: at most MAX_SERIES; Backend has no equals of its own
  private final Map<Backend, BackendSeries> series = new ConcurrentHashMap<>();
  private final BackendSeries other;

  /**
   * Counters that are shown by {@code registry}.
   *
   * @param served all upstreams now
   */
  public UpstreamMetrics(PrometheusRegistry registry, Supplier<List<GroupUpstream>> served) {
    this.served = served;
    calls =
        counter(
            registry,
            "adit_backend_calls",
            "Calls that were given to the backend and are over. status: a gRPC code, or an HTTP"
                + " status of plain HTTP, or empty without either. reason: Adit's own reason token"
                + " where the backend did not end the call, or not in gRPC.",
            "group",
            "upstream",
            "backend",
            "status",
            "reason");
    requestBytes =
        counter(
            registry,
            "adit_backend_request_body_bytes",
            "Body bytes of requests that were sent to the backend.",
            OF_BACKEND);
    responseBytes =
        counter(
            registry,
            "adit_backend_response_body_bytes",
            "Body bytes of the backend's responses.",
            OF_BACKEND);
    refused =
        counter(
            registry,
            "adit_served_calls_refused",
            "Calls that the agent gave to no backend, by reason.",
            "reason");
    for (CallFailure failure : REFUSALS) {
      refused.initLabelValues(failure.token().toString());
    }
    wait =
        new Latencies(
            registry,
            "adit_backend_wait_seconds",
            "From a call's arrival at the agent until a connection to the backend takes it.",
            OF_BACKEND);
    answer =
        new Latencies(
            registry,
            "adit_backend_answer_seconds",
            "From when a connection to the backend takes a call until the response begins.",
            OF_BACKEND);
    duration =
        new Latencies(
            registry,
            "adit_backend_call_duration_seconds",
            "From when a connection to the backend takes a call until the call is over.",
            OF_BACKEND);
    other = new BackendSeries(this, "other", "other", "other");
  }

  private static Counter counter(
      PrometheusRegistry registry, String name, String help, String... labels) {
    return Counter.builder()
        .name(name)
        .help(help)
        .labelNames(labels)
        .withoutExemplars()
        .register(registry);
  }

  /** A call came to no backend. */
  public void onRefused(CallFailure failure) {
    refused.labelValues(failure.token().toString()).inc();
  }

  /** The series of this backend. */
  public BackendSeries of(Backend backend) {
    BackendSeries known = series.get(backend);
    return known == null ? make(backend) : known;
  }

  /** Backends come and go with configuration, not with calls. */
  private synchronized BackendSeries make(Backend backend) {
    List<GroupUpstream> now = served.get();
    forgetAllBut(now);
    for (GroupUpstream each : now) {
      if (each.upstream().backends().contains(backend) && series.size() < MAX_SERIES) {
        return series.computeIfAbsent(
            backend,
            wanted ->
                new BackendSeries(
                    this,
                    each.group(),
                    each.upstream().name().value(),
                    backend.address().toString()));
      }
    }
    // One call of a configuration that is gone again already, or one too many.
    return other;
  }

  private void forgetAllBut(List<GroupUpstream> now) {
    List<Backend> gone =
        series.keySet().stream().filter(each -> each.isRetired() && each.calls() == 0).toList();
    for (Backend backend : gone) {
      BackendSeries left = series.remove(backend);
      if (left != null && now.stream().noneMatch(left::isOf)) {
        left.remove();
      }
    }
  }
}
