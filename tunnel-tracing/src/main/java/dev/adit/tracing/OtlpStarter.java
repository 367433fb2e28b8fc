package dev.adit.tracing;

import dev.adit.core.config.TracingConfig;
import dev.adit.core.trace.SpanExport;

/** What {@link java.util.ServiceLoader} finds. */
public final class OtlpStarter implements SpanExport.Starter {
  @Override
  public SpanExport start(TracingConfig config, String service, String version, String instance) {
    return new OtlpExport(config, service, version, instance);
  }
}
