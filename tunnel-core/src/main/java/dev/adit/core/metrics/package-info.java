/**
 * What server and agent count and measure alike, in Prometheus' form. Public: {@link
 * dev.adit.core.metrics.ProcessMetrics}, {@link dev.adit.core.metrics.Latencies} and {@link
 * dev.adit.core.metrics.Latency}. Any thread; what is called for a call takes no lock and waits for
 * nobody, a scrape least of all.
 */
@NullMarked
package dev.adit.core.metrics;

import org.jspecify.annotations.NullMarked;
