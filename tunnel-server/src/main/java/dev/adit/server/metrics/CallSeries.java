package dev.adit.server.metrics;

import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.GrpcCode;
import dev.adit.core.metrics.EndCounters;
import dev.adit.core.metrics.Latency;
import dev.adit.server.accesslog.CallRecord;
import io.netty.util.AsciiString;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.Quantiles;
import io.prometheus.metrics.model.snapshots.SummarySnapshot.SummaryDataPointSnapshot;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/** The counters of the calls of one key. Any thread. */
final class CallSeries {
  private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final Map<AsciiString, String> GRPC_CODES = new ConcurrentHashMap<>();

  static {
    for (GrpcCode code : GrpcCode.values()) {
      GRPC_CODES.put(code.text(), code.name());
    }
  }

  /** The time of all calls in one stage. */
  private record StageTime(Labels labels, LongAdder calls, LongAdder nanos) {}

  // deps
  private final CallMetrics metrics;
  private final CallKey key;
  private final String[] labels;
  private final CounterDataPoint begun;
  private final CounterDataPoint again;
  private final CounterDataPoint retried;
  private final CounterDataPoint requestBytes;
  private final CounterDataPoint responseBytes;
  private final Latency duration;
  private final EndCounters ends = new EndCounters(this::ended);
  private final Map<CallStage, StageTime> stages = new EnumMap<>(CallStage.class);

  // shared
  private final LongAdder running = new LongAdder();

  CallSeries(CallMetrics metrics, CallKey key) {
    this.metrics = metrics;
    this.key = key;
    String rule = key.rule().toString();
    String group = key.groupText();
    labels = new String[] {rule, group, key.host().toString(), key.service(), key.method()};
    begun = metrics.begun.labelValues(labels);
    again = metrics.again.labelValues(rule, group);
    retried = metrics.retried.labelValues(rule, group);
    requestBytes = metrics.requestBytes.labelValues(rule, group);
    responseBytes = metrics.responseBytes.labelValues(rule, group);
    duration = metrics.duration.of(labels);
    for (CallStage stage : CallStage.values()) {
      Labels all = Labels.of(CallMetrics.OF_STAGE, with(stage.text()));
      stages.put(stage, new StageTime(all, new LongAdder(), new LongAdder()));
    }
  }

  private String[] with(String... more) {
    String[] all = Arrays.copyOf(labels, labels.length + more.length);
    System.arraycopy(more, 0, all, labels.length, more.length);
    return all;
  }

  CallKey key() {
    return key;
  }

  /** The values of {@link CallMetrics#OF_CALL}. Borrowed. */
  String[] labels() {
    return labels;
  }

  long running() {
    return running.sum();
  }

  /**
   * A call begins to run here.
   *
   * @param counts false: it may turn out to be another series's
   */
  void onBegin(boolean counts) {
    running.increment();
    if (counts) {
      begun.inc();
    }
  }

  /** A call that runs here has turned out to belong here. */
  void onBegunLate() {
    begun.inc();
  }

  /** A call runs here no more. */
  void onLeft() {
    running.decrement();
  }

  void onRequestBytes(long bytes) {
    requestBytes.inc(bytes);
  }

  void onResponseBytes(int bytes) {
    responseBytes.inc((long) bytes);
  }

  void onEnd(CallRecord record) {
    CallFailure failure = record.failure();
    ends.count(status(record), failure == null ? null : failure.token());
    int placedAgain = record.attempts() - 1 - record.retries();
    if (placedAgain > 0) {
      again.inc((long) placedAgain);
    }
    if (record.retries() > 0) {
      retried.inc((long) record.retries());
    }
    duration.observe(record.durationNanos());
  }

  void add(CallStage stage, long nanos) {
    StageTime time = stages.get(stage);
    if (time != null) {
      time.calls().increment();
      time.nanos().add(nanos);
    }
  }

  Stream<SummaryDataPointSnapshot> stageSnapshots() {
    return stages.values().stream()
        .map(
            time ->
                new SummaryDataPointSnapshot(
                    time.calls().sum(),
                    time.nanos().sum() / NANOS_PER_SECOND,
                    Quantiles.EMPTY,
                    time.labels(),
                    Exemplars.EMPTY,
                    0));
  }

  private CounterDataPoint ended(String status, String reason) {
    return metrics.calls.labelValues(with(status, reason));
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
