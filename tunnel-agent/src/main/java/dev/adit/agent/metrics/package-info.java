/**
 * What the agent counts and measures, in Prometheus' form. Public: {@link
 * dev.adit.agent.metrics.AgentMetrics}, {@link dev.adit.agent.metrics.UpstreamMetrics} with the
 * {@link dev.adit.agent.metrics.BackendSeries} of each backend, {@link
 * dev.adit.agent.metrics.DialMetrics}. Any thread.
 */
@NullMarked
package dev.adit.agent.metrics;

import org.jspecify.annotations.NullMarked;
