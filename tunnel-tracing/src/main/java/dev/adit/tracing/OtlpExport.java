package dev.adit.tracing;

import dev.adit.core.config.TracingConfig;
import dev.adit.core.trace.Span;
import dev.adit.core.trace.SpanExport;
import dev.adit.core.trace.TraceParent;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanLimits;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Spans of the OpenTelemetry SDK. What has ended waits in a queue of 2,048 for a thread that sends
 * it; beyond that it is dropped. Any thread.
 */
final class OtlpExport implements SpanExport {
  private static final Duration SEND_EVERY = Duration.ofSeconds(1);
  private static final Duration SEND_TIMEOUT = Duration.ofSeconds(5);
  private static final int QUEUE = 2048;
  private static final int BATCH = 512;
  private static final int CLOSE_SECONDS = 2;

  /**
   * The SDK tells the same as {@link ExportLog}, but again and again; held so that it stays off.
   */
  private static final Logger SDK_LOG = Logger.getLogger("io.opentelemetry");

  private final SdkTracerProvider provider;
  private final Tracer tracer;

  OtlpExport(TracingConfig config, String service, String version, String instance) {
    SDK_LOG.setLevel(Level.OFF);
    Resource resource =
        Resource.create(
            Attributes.builder()
                .put("service.name", service)
                .put("service.version", version)
                .put("service.instance.id", instance)
                .build());
    provider =
        SdkTracerProvider.builder()
            .setResource(resource)
            // Who asks for a span has decided already.
            .setSampler(Sampler.alwaysOn())
            .setSpanLimits(
                SpanLimits.builder()
                    .setMaxNumberOfEvents(Span.MAX_CHARS)
                    .setMaxAttributeValueLength(Span.MAX_CHARS)
                    .build())
            .addSpanProcessor(
                BatchSpanProcessor.builder(new ExportLog(config.otlp(), exporter(config)))
                    .setScheduleDelay(SEND_EVERY)
                    .setExporterTimeout(SEND_TIMEOUT)
                    .setMaxQueueSize(QUEUE)
                    .setMaxExportBatchSize(BATCH)
                    .build())
            .build();
    tracer = provider.get("dev.adit", version);
  }

  private static SpanExporter exporter(TracingConfig config) {
    String endpoint = config.otlp().toString();
    // Without the exporters' own retries: they would only keep the next batch waiting.
    return config.isHttp()
        ? OtlpHttpSpanExporter.builder()
            .setEndpoint(endpoint)
            .setTimeout(SEND_TIMEOUT)
            .setRetryPolicy(null)
            .build()
        : OtlpGrpcSpanExporter.builder()
            .setEndpoint(endpoint)
            .setTimeout(SEND_TIMEOUT)
            .setRetryPolicy(null)
            .build();
  }

  @Override
  public Span begin(String name, Span.Kind kind, @Nullable TraceParent parent) {
    Context above = Context.root();
    if (parent != null) {
      SpanContext remote =
          SpanContext.createFromRemoteParent(
              parent.traceId(), parent.spanId(), TraceFlags.getSampled(), TraceState.getDefault());
      above = above.with(io.opentelemetry.api.trace.Span.wrap(remote));
    }
    String flags = parent != null && parent.isRandom() ? OtlpSpan.RANDOM : OtlpSpan.SAMPLED;
    return OtlpSpan.begin(tracer, above, name, kind, flags);
  }

  @Override
  public void close() {
    provider.shutdown().join(CLOSE_SECONDS, TimeUnit.SECONDS);
  }
}
