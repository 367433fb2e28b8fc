package dev.adit.server.admin.live;

import dev.adit.server.calls.RunningCalls;
import dev.adit.server.metrics.CallMetrics;
import dev.adit.server.registry.AgentRegistry;
import dev.adit.server.routing.Router;
import dev.adit.server.rules.reload.ReloadStatus;
import java.time.Instant;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Where a picture of the server comes from; all of it may be asked by any thread.
 *
 * @param since when the server was started
 * @param running calls at the entry now
 * @param total calls since the start
 * @param connections of callers
 * @param memory in use as a share of the limit
 * @param warnings what an operator should look at; may read files
 */
public record LiveSources(
    String version,
    Instant since,
    BooleanSupplier draining,
    LongSupplier running,
    LongSupplier total,
    LongSupplier connections,
    DoubleSupplier memory,
    RunningCalls calls,
    CallMetrics metrics,
    AgentRegistry registry,
    Router router,
    Supplier<ReloadStatus> rules,
    Supplier<List<String>> warnings) {}
