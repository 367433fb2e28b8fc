package dev.adit.server.policy;

import dev.adit.core.call.GrpcCode;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * gRPC's retry policy (gRFC A6), carried out by us for the caller.
 *
 * @param maxAttempts the first one included
 * @param retryableStatusCodes in the same order in every process, for they are part of what two
 *     processes compare
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
    EnumSet<GrpcCode> codes = EnumSet.noneOf(GrpcCode.class);
    codes.addAll(retryableStatusCodes);
    retryableStatusCodes = Collections.unmodifiableSet(codes);
  }
}
