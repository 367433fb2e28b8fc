package dev.adit.server.entry.call;

import dev.adit.core.drain.Drain;
import dev.adit.core.flow.MemoryBudget;
import dev.adit.server.accesslog.AccessLog;
import dev.adit.server.calls.RunningCalls;
import dev.adit.server.config.EntryConfig;
import dev.adit.server.dispatch.Dispatcher;
import dev.adit.server.entry.caller.CallerCheck;
import dev.adit.server.metrics.CallMetrics;
import dev.adit.server.metrics.FloodMetrics;
import dev.adit.server.routing.Router;

/**
 * What every call at the entry needs.
 *
 * @param router decides the rule; pure
 * @param memory refuses calls while the process runs short of it
 * @param callers judges their credentials
 * @param running where those who look find the calls
 * @param initialWindow bytes a caller may send on a stream before they move on
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
    int initialWindow) {}
