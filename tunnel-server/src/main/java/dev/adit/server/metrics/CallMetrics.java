package dev.adit.server.metrics;

import dev.adit.core.call.CallFailure;
import dev.adit.core.metrics.Latencies;
import dev.adit.server.accesslog.CallRecord;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import io.prometheus.metrics.model.snapshots.Unit;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Counts calls by rule, group, host, service and method. At most {@value #MAX_SERIES} such series
 * are kept apart; methods beyond are counted as {@code other} of their rule, so that callers who
 * make names up cannot fill the memory of the server or of those who scrape it, nor hide a rule.
 * Any thread.
 */
public final class CallMetrics {
  static final int MAX_SERIES = 1000;

  /** Rules too may come and go: with those of methods, there are no more series than this. */
  static final int MAX_WITH_RULES = 2 * MAX_SERIES;

  /** A power of two. */
  private static final int RECENT = 256;

  static final String[] OF_CALL = {"rule", "group", "host", "service", "method"};
  static final String[] OF_STAGE = {"rule", "group", "host", "service", "method", "stage"};

  /** Reasons that are nobody's failure. */
  private static final Set<String> TAKEN_BACK =
      Set.of(
          CallFailure.CANCELLED.token().toString(),
          CallFailure.CANCELLED_BY_OPERATOR.token().toString());

  final Counter calls;
  final Counter begun;
  final Counter again;
  final Counter retried;
  final Counter requestBytes;
  final Counter responseBytes;
  final Latencies duration;

  // shared: grows up to MAX_WITH_RULES
  private final Map<CallKey, CallSeries> series = new ConcurrentHashMap<>();
  private final CallSeries other;

  /**
   * Some of them by the hash of their calls, which need no key of their own to be looked up. Loops
   * write over each other's: who finds another's, or none, asks the map.
   */
  private final @Nullable CallSeries[] recent = new CallSeries[RECENT];

  /** Counters that are shown by {@code registry}. */
  public CallMetrics(PrometheusRegistry registry) {
    calls =
        counter(
            registry,
            "adit_calls",
            "Calls that have ended. status: a gRPC code, or an HTTP status of plain HTTP."
                + " reason: Adit's own reason token where Adit ended the call.",
            "rule",
            "group",
            "host",
            "service",
            "method",
            "status",
            "reason");
    begun =
        counter(
            registry,
            "adit_calls_routed",
            "Calls that were given a group, those that still run included.",
            OF_CALL);
    again =
        counter(
            registry,
            "adit_calls_placed_again",
            "Times that a call was given to a further agent, unseen by any backend before.",
            "rule",
            "group");
    retried =
        counter(
            registry,
            "adit_calls_retried",
            "Times that a rule's retry policy tried a call again.",
            "rule",
            "group");
    requestBytes =
        counter(
            registry,
            "adit_request_body_bytes",
            "Body bytes of requests, as they come from callers.",
            "rule",
            "group");
    responseBytes =
        counter(
            registry,
            "adit_response_body_bytes",
            "Body bytes of responses, as they go to callers.",
            "rule",
            "group");
    duration =
        new Latencies(
            registry,
            "adit_call_duration_seconds",
            "From the caller's head to the end of its stream.",
            OF_CALL);
    other = new CallSeries(this, CallKey.OTHER);
    GaugeWithCallback.builder()
        .name("adit_routed_calls_running")
        .help("Calls that were given a group and run now.")
        .labelNames(OF_CALL)
        .callback(
            shown -> all().forEach(each -> shown.call((double) each.running(), each.labels())))
        .register(registry);
    registry.register(stages());
  }

  private static Counter counter(
      PrometheusRegistry registry, String name, String help, String... labels) {
    // Exemplars would cost every call a look at a clock.
    return Counter.builder()
        .name(name)
        .help(help)
        .labelNames(labels)
        .withoutExemplars()
        .register(registry);
  }

  private Collector stages() {
    MetricMetadata metadata =
        new MetricMetadata(
            "adit_call_stage_seconds",
            "Time of ended calls by where it went. stage: entry, placement, tunnel, backend or"
                + " response.",
            Unit.SECONDS);
    return () -> new SummarySnapshot(metadata, all().flatMap(CallSeries::stageSnapshots).toList());
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

  private Stream<CallSeries> all() {
    return Stream.concat(series.values().stream(), Stream.of(other));
  }

  /** A call has begun. */
  public CallMeter begin() {
    return new CallMeter(this);
  }

  /** The series of a call, or null if it has none; all that name no method have one. */
  @Nullable CallSeries known(CallRecord record) {
    int slot = CallKey.hash(record) & (RECENT - 1);
    CallSeries last = recent[slot];
    if (last != null && last.key().isOf(record)) {
      return last;
    }
    CallSeries own = known(CallKey.of(record));
    if (own != null) {
      recent[slot] = own;
    }
    return own;
  }

  private @Nullable CallSeries known(CallKey key) {
    CallSeries own = series.get(key);
    return own != null || key.isNamed() ? own : series(key);
  }

  /** The series of this key; once there are too many, that of its rule, or the one for all. */
  CallSeries series(CallKey key) {
    if (key.equals(CallKey.OTHER)) {
      // An operator's rule may be called so.
      return other;
    }
    CallSeries own = series.get(key);
    if (own != null) {
      return own;
    }
    if (series.size() < (key.isNamed() ? MAX_SERIES : MAX_WITH_RULES)) {
      return series.computeIfAbsent(key, wanted -> new CallSeries(this, wanted));
    }
    return key.isNamed() ? series(key.unnamed()) : other;
  }
}
