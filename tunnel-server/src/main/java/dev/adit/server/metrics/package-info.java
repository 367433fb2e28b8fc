/**
 * What the server counts and measures, in Prometheus' form. Public: {@link
 * dev.adit.server.metrics.ServerMetrics}, {@link dev.adit.server.metrics.CallMetrics} with the
 * {@link dev.adit.server.metrics.CallMeter} of each call, {@link
 * dev.adit.server.metrics.TunnelMetrics}, {@link dev.adit.server.metrics.FloodMetrics}. Any thread.
 */
@NullMarked
package dev.adit.server.metrics;

import org.jspecify.annotations.NullMarked;
