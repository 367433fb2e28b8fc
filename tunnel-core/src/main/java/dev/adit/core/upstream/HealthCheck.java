package dev.adit.core.upstream;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a backend is asked whether it is well.
 *
 * @param grpcService the service to ask grpc.health.v1 about, empty for the server as a whole;
 *     null: a TCP connection is enough
 * @param down failures in a row that make it unhealthy
 * @param up successes in a row that make it healthy again
 */
public record HealthCheck(
    @Nullable String grpcService, Duration interval, Duration timeout, int down, int up) {}
