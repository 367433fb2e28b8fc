package dev.adit.server.metrics;

import dev.adit.core.call.CallFailure;
import dev.adit.server.accesslog.CallRecord;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.Unit;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts calls by rule, group, service and method. At most {@value #MAX_SERIES} such series are
 * kept apart; calls beyond are counted as {@code other}, so that callers who make names up cannot
 * fill the memory of the server or of those who scrape it. Any thread; a call costs one lookup.
 */
public final class CallMetrics {
  static final int MAX_SERIES = 1000;
  private static final double[] SECONDS = {
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300
  };

  /** Reasons that are nobody's failure. */
  private static final Set<String> TAKEN_BACK =
      Set.of(
          CallFailure.CANCELLED.token().toString(),
          CallFailure.CANCELLED_BY_OPERATOR.token().toString());

  private static final String[] OF_CALL = {"rule", "group", "service", "method"};

  final Counter calls;
  final Counter again;
  final Counter retried;
  final Counter requestBytes;
  final Counter responseBytes;
  final Histogram seconds;

  // shared: grows up to MAX_SERIES
  private final Map<CallKey, CallSeries> series = new ConcurrentHashMap<>();
  private final CallSeries other;

  /** Counters that are shown by {@code registry}. */
  public CallMetrics(PrometheusRegistry registry) {
    calls =
        Counter.builder()
            .name("adit_calls")
            .help(
                "Calls that have ended. status: a gRPC code, or an HTTP status of plain HTTP."
                    + " reason: Adit's own reason token where Adit ended the call.")
            .labelNames("rule", "group", "service", "method", "status", "reason")
            .register(registry);
    again =
        Counter.builder()
            .name("adit_calls_placed_again")
            .help("Times that a call was given to a further agent, unseen by any backend before.")
            .labelNames("rule", "group")
            .register(registry);
    retried =
        Counter.builder()
            .name("adit_calls_retried")
            .help("Times that a rule's retry policy tried a call again.")
            .labelNames("rule", "group")
            .register(registry);
    requestBytes = bytes(registry, "adit_request_body", "Body bytes of requests of ended calls.");
    responseBytes =
        bytes(registry, "adit_response_body", "Body bytes of responses of ended calls.");
    seconds =
        Histogram.builder()
            .name("adit_call_duration_seconds")
            .unit(Unit.SECONDS)
            .help("From the caller's head to the end of its stream.")
            .labelNames(OF_CALL)
            .classicUpperBounds(SECONDS)
            .register(registry);
    other = new CallSeries(this, CallKey.OTHER);
  }

  private static Counter bytes(PrometheusRegistry registry, String name, String help) {
    return Counter.builder()
        .name(name + "_bytes")
        .unit(Unit.BYTES)
        .help(help)
        .labelNames("rule", "group")
        .register(registry);
  }

  /** Calls that have ended, by the name of their rule; none matched those without a name. */
  public Map<String, RuleCalls> byRule() {
    Map<String, RuleCalls> rules = new HashMap<>();
    for (CounterSnapshot.CounterDataPointSnapshot point : calls.collect().getDataPoints()) {
      Labels labels = point.getLabels();
      String reason = String.valueOf(labels.get("reason"));
      boolean failed = !reason.isEmpty() && !TAKEN_BACK.contains(reason);
      long count = (long) point.getValue();
      rules.merge(
          String.valueOf(labels.get("rule")),
          new RuleCalls(count, failed ? count : 0),
          RuleCalls::plus);
    }
    return rules;
  }

  /** A call has ended. */
  public void onEnd(CallRecord record) {
    seriesOf(record).onEnd(record);
  }

  private CallSeries seriesOf(CallRecord record) {
    CallKey key = CallKey.of(record);
    CallSeries known = series.get(key);
    if (known != null) {
      return known;
    }
    // A name that no backend knows is most likely made up: it gets no series of its own.
    CallKey kept = key.isNamed() && record.isUnknownMethod() ? key.unnamed() : key;
    if (series.size() < MAX_SERIES || series.containsKey(kept)) {
      return series.computeIfAbsent(kept, wanted -> new CallSeries(this, wanted));
    }
    return other;
  }
}
