package dev.adit.server.config;

import java.net.URI;

/**
 * Where spans are sent.
 *
 * @param otlp the collector's OTLP endpoint
 * @param samplePercent share of the calls without a sampling decision of their own that are traced
 */
public record TracingConfig(URI otlp, double samplePercent) {}
