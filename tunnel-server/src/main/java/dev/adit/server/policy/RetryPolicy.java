package dev.adit.server.policy;

import dev.adit.core.call.GrpcCode;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * gRPC's retry policy (gRFC A6), carried out by us for the caller.
 *
 * @param maxAttempts the first one included
 * @param perAttemptTimeout null: only the call's own deadline counts
 */
public record RetryPolicy(
    int maxAttempts,
    Duration initialBackoff,
    Duration maxBackoff,
    double backoffMultiplier,
    Set<GrpcCode> retryableStatusCodes,
    @Nullable Duration perAttemptTimeout) {

  public RetryPolicy {
    retryableStatusCodes = Set.copyOf(retryableStatusCodes);
  }
}
