package dev.adit.agent.metrics;

import dev.adit.agent.backend.GroupUpstream;
import dev.adit.core.call.CallFailure;
import dev.adit.core.metrics.EndCounters;
import dev.adit.core.metrics.Latency;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import org.jspecify.annotations.Nullable;

/** The counters of the calls that are given to one backend. Any thread. */
public final class BackendSeries {
  // deps
  private final UpstreamMetrics metrics;
  private final String group;
  private final String upstream;
  private final String backend;
  private final CounterDataPoint requestBytes;
  private final CounterDataPoint responseBytes;
  private final Latency wait;
  private final Latency answer;
  private final Latency duration;
  private final EndCounters ends = new EndCounters(this::ended);

  BackendSeries(UpstreamMetrics metrics, String group, String upstream, String backend) {
    this.metrics = metrics;
    this.group = group;
    this.upstream = upstream;
    this.backend = backend;
    requestBytes = metrics.requestBytes.labelValues(group, upstream, backend);
    responseBytes = metrics.responseBytes.labelValues(group, upstream, backend);
    wait = metrics.wait.of(group, upstream, backend);
    answer = metrics.answer.of(group, upstream, backend);
    duration = metrics.duration.of(group, upstream, backend);
  }

  /** A connection takes a call. */
  public void onOpened(long waitedNanos) {
    wait.observe(waitedNanos);
  }

  /** The response begins. */
  public void onAnswered(long nanos) {
    answer.observe(nanos);
  }

  /** Body bytes go to the backend. */
  public void onRequestBytes(int bytes) {
    requestBytes.inc((long) bytes);
  }

  /** Body bytes come from the backend. */
  public void onResponseBytes(int bytes) {
    responseBytes.inc((long) bytes);
  }

  /**
   * A call that a connection had taken is over.
   *
   * @param status the name of a gRPC code, or an HTTP status; empty without an answer
   * @param failure why, unless the backend ended it
   */
  public void onEnded(String status, @Nullable CallFailure failure, long nanos) {
    onFailed(status, failure);
    duration.observe(nanos);
  }

  /** A call is over that no connection had taken. */
  public void onFailed(String status, @Nullable CallFailure failure) {
    ends.count(status, failure == null ? null : failure.token());
  }

  private CounterDataPoint ended(String status, String reason) {
    return metrics.calls.labelValues(group, upstream, backend, status, reason);
  }

  /** Whether a backend of this upstream has the same labels. */
  boolean isOf(GroupUpstream served) {
    return served.group().equals(group)
        && served.upstream().name().value().equals(upstream)
        && served.upstream().backends().stream()
            .anyMatch(each -> each.address().toString().equals(backend));
  }

  /** Is shown no more. */
  void remove() {
    metrics.requestBytes.remove(group, upstream, backend);
    metrics.responseBytes.remove(group, upstream, backend);
    metrics.wait.remove(wait);
    metrics.answer.remove(answer);
    metrics.duration.remove(duration);
    ends.forEach(
        (status, reason) -> metrics.calls.remove(group, upstream, backend, status, reason));
  }
}
