package dev.adit.agent.dispatch;

import dev.adit.agent.backend.Backend;
import dev.adit.agent.backend.Breaker;
import dev.adit.agent.metrics.BackendSeries;
import dev.adit.agent.metrics.UpstreamMetrics;
import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.GrpcCode;
import io.netty.util.AsciiString;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One call's time at a backend, one backend after the other: what it says of the backend, for its
 * circuit breaker and for the metrics. Confined to the loop of the tunnel; times are those of its
 * ticker, in nanoseconds.
 */
final class BackendVisit {
  private static final int OK = 200;
  private static final int SERVER_ERROR = 500;
  private static final long NEVER = Long.MIN_VALUE;

  /** Statuses that say that the backend is not well, rather than the call. */
  private static final Set<GrpcCode> BACKEND_FAILURES =
      EnumSet.of(GrpcCode.UNAVAILABLE, GrpcCode.INTERNAL, GrpcCode.DATA_LOSS);

  // deps
  private final UpstreamMetrics metrics;
  private final boolean grpc;
  private final long arrivedNanos;

  // state, confined to the loop
  private @Nullable Backend backend;
  private @Nullable BackendSeries series;
  private Breaker.Outcome outcome = Breaker.Outcome.NONE;
  private @Nullable CallFailure failure;
  private String status = "";
  private long openedNanos = NEVER;
  private boolean answered;

  /** What the backend's circuit knows the call by. */
  private int begun;

  /** The circuit has counted the answer already. */
  private boolean counted;

  /**
   * A call that is at no backend yet.
   *
   * @param arrivedNanos when the agent got it
   */
  BackendVisit(UpstreamMetrics metrics, CallHeaders head, long arrivedNanos) {
    this.metrics = metrics;
    this.arrivedNanos = arrivedNanos;
    grpc = head.isGrpc();
  }

  /** The call is given to a backend. */
  void begin(Backend chosen) {
    backend = chosen;
    begun = chosen.begin();
  }

  @Nullable Backend backend() {
    return backend;
  }

  /** The backend as it goes on the wire; empty if there is none. */
  AsciiString text() {
    Backend now = backend;
    return now == null ? AsciiString.EMPTY_STRING : now.text();
  }

  /** A connection takes the call now. */
  void opened(long nowNanos) {
    Backend now = backend;
    if (now != null) {
      openedNanos = nowNanos;
      series = metrics.of(now);
      series.onOpened(nowNanos - arrivedNanos);
    }
  }

  /** The response begins, or all of it is there. */
  void onHead(@Nullable AsciiString grpcStatus, int httpStatus, long nowNanos) {
    if (series != null && !answered) {
      answered = true;
      series.onAnswered(nowNanos - openedNanos);
    }
    note(grpcStatus, httpStatus);
    if (backend != null && !counted && outcome == Breaker.Outcome.SUCCESS) {
      counted = backend.answered(begun);
    }
  }

  void onTrailers(@Nullable AsciiString grpcStatus) {
    note(grpcStatus, OK);
  }

  private void note(@Nullable AsciiString grpcStatus, int httpStatus) {
    GrpcCode code = grpcStatus == null ? null : GrpcCode.ofStatus(grpcStatus);
    boolean failed = code == null ? httpStatus >= SERVER_ERROR : BACKEND_FAILURES.contains(code);
    outcome = failed ? Breaker.Outcome.FAILURE : Breaker.Outcome.SUCCESS;
    if (grpc) {
      status = code == null ? "" : code.name();
    } else if (status.isEmpty() && httpStatus >= 100 && httpStatus <= 599) {
      status = Integer.toString(httpStatus);
    }
  }

  void onRequestBytes(int bytes) {
    if (series != null) {
      series.onRequestBytes(bytes);
    }
  }

  void onResponseBytes(int bytes) {
    if (series != null) {
      series.onResponseBytes(bytes);
    }
  }

  /**
   * No connection has taken the call.
   *
   * @param busy only since calls have all streams, as at a backend that is well
   */
  void notTaken(boolean busy) {
    outcome = busy ? Breaker.Outcome.NONE : Breaker.Outcome.FAILURE;
    failure = CallFailure.BACKEND_UNREACHABLE;
  }

  /** The backend has failed the call. */
  void failed(CallFailure reason) {
    outcome = Breaker.Outcome.FAILURE;
    failure = reason;
  }

  /** The call ends here for a reason that says nothing of the backend, or that its answer has. */
  void stopped(CallFailure reason) {
    if (reason != CallFailure.BACKEND_HTTP) {
      outcome = Breaker.Outcome.NONE;
    }
    failure = reason;
  }

  /** The call leaves the backend, if it is at one. */
  void leave(long nowNanos) {
    Backend left = backend;
    if (left == null) {
      return;
    }
    left.end(outcome, counted, begun);
    if (failure == null && grpc && answered && status.isEmpty()) {
      failure = CallFailure.BACKEND_HTTP;
    }
    if (series != null) {
      series.onEnded(status, failure, nowNanos - openedNanos);
    } else if (failure == CallFailure.BACKEND_UNREACHABLE) {
      metrics.of(left).onFailed(status, failure);
    }
    backend = null;
    series = null;
    outcome = Breaker.Outcome.NONE;
    failure = null;
    status = "";
    answered = false;
    counted = false;
  }
}
