package dev.adit.server.config;

import dev.adit.core.config.LogConfig;
import dev.adit.core.config.TracingConfig;
import dev.adit.server.config.agents.AgentsSource;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * All that {@code server.yaml} says, with defaults filled in and paths made absolute.
 *
 * @param drainGrace how long running calls may take to finish when the server goes away
 * @param tracing absent: no traces are sent
 */
public record ServerConfig(
    EntryConfig entry,
    TunnelConfig tunnel,
    AdminConfig admin,
    Path rulesDirectory,
    AgentsSource agents,
    Duration drainGrace,
    AccessLogConfig accessLog,
    LogConfig log,
    @Nullable TracingConfig tracing) {}
