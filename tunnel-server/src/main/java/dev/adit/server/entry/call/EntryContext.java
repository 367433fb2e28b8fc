package dev.adit.server.entry.call;

import dev.adit.core.drain.Drain;
import dev.adit.core.flow.MemoryBudget;
import dev.adit.core.flow.WindowSizes;
import dev.adit.core.http2.read.ReceiveWindows;
import dev.adit.core.trace.CallTracer;
import dev.adit.server.accesslog.AccessLog;
import dev.adit.server.accesslog.CallRecord;
import dev.adit.server.calls.RunningCalls;
import dev.adit.server.config.EntryConfig;
import dev.adit.server.dispatch.Dispatcher;
import dev.adit.server.entry.caller.CallerCheck;
import dev.adit.server.metrics.CallMeter;
import dev.adit.server.metrics.CallMetrics;
import dev.adit.server.metrics.FloodMetrics;
import dev.adit.server.routing.Router;
import dev.adit.server.trace.CallTrace;
import org.jspecify.annotations.Nullable;

/**
 * What every call at the entry needs.
 *
 * @param router decides the rule; pure
 * @param memory refuses calls while the process runs short of it
 * @param callers judges their credentials
 * @param running where those who look find the calls, and the access log those that run for long
 * @param tracer null: no call is traced
 * @param windows what a caller may send on a stream before it moves on
 */
public record EntryContext(
    EntryConfig config,
    Router router,
    Dispatcher dispatcher,
    AccessLog accessLog,
    CallMetrics metrics,
    FloodMetrics floods,
    Drain drain,
    MemoryBudget memory,
    CallerCheck callers,
    CallCounter calls,
    RunningCalls running,
    RequestIds requestIds,
    @Nullable CallTracer tracer,
    ReceiveWindows.Sizes windows) {

  /**
   * Bytes of one call's response that may leave without anybody asking for it; well below the
   * window that is granted for them.
   */
  int askedBytes() {
    return Math.min(windows.initial(), WindowSizes.FLOOR) / 4;
  }

  /** A call is over, and so is its record. */
  void end(CallRecord record, CallMeter counts, @Nullable CallTrace trace) {
    calls.end();
    counts.onEnd(record);
    if (trace != null) {
      trace.end(record);
    }
    accessLog.log(record);
  }
}
