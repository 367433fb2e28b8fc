package dev.adit.server.metrics;

import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.GrpcCode;
import dev.adit.server.accesslog.CallRecord;
import io.netty.util.AsciiString;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The counters of the calls of one key. Any thread. */
final class CallSeries {
  private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final Map<AsciiString, String> GRPC_CODES = new ConcurrentHashMap<>();

  static {
    for (GrpcCode code : GrpcCode.values()) {
      GRPC_CODES.put(code.text(), code.name());
    }
  }

  /** How a call ended. */
  private record Outcome(String status, @Nullable CallFailure failure) {}

  // deps
  private final CallMetrics metrics;
  private final CallKey key;
  private final CounterDataPoint again;
  private final CounterDataPoint retried;
  private final CounterDataPoint requestBytes;
  private final CounterDataPoint responseBytes;
  private final DistributionDataPoint seconds;

  // shared: at most one a status and reason
  private final Map<Outcome, CounterDataPoint> outcomes = new ConcurrentHashMap<>();

  CallSeries(CallMetrics metrics, CallKey key) {
    this.metrics = metrics;
    this.key = key;
    String rule = key.rule().toString();
    again = metrics.again.labelValues(rule, key.groupText());
    retried = metrics.retried.labelValues(rule, key.groupText());
    requestBytes = metrics.requestBytes.labelValues(rule, key.groupText());
    responseBytes = metrics.responseBytes.labelValues(rule, key.groupText());
    seconds = metrics.seconds.labelValues(rule, key.groupText(), key.service(), key.method());
  }

  void onEnd(CallRecord record) {
    outcomes.computeIfAbsent(new Outcome(status(record), record.failure()), this::counter).inc();
    again.inc(Math.max(0, record.attempts() - 1 - record.retries()));
    retried.inc(record.retries());
    requestBytes.inc(record.requestBytes());
    responseBytes.inc(record.responseBytes());
    seconds.observe(record.durationNanos() / NANOS_PER_SECOND);
  }

  private CounterDataPoint counter(Outcome outcome) {
    return metrics.calls.labelValues(
        key.rule().toString(),
        key.groupText(),
        key.service(),
        key.method(),
        outcome.status(),
        outcome.failure() == null ? "" : outcome.failure().token().toString());
  }

  /** A backend may put anything into grpc-status; only the codes there are become labels. */
  private static String status(CallRecord record) {
    CallHeaders request = record.request();
    if (request != null && request.isGrpc()) {
      return GRPC_CODES.getOrDefault(record.grpcStatus(), "other");
    }
    int status = record.httpStatus();
    return status >= 100 && status <= 599 ? Integer.toString(status) : "other";
  }
}
