/**
 * What the server counts and measures, in Prometheus' form. Public: {@link
 * dev.adit.server.metrics.ServerMetrics}, {@link dev.adit.server.metrics.CallMetrics}. Any thread.
 */
@NullMarked
package dev.adit.server.metrics;

import org.jspecify.annotations.NullMarked;
