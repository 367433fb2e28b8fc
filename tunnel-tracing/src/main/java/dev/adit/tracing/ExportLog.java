package dev.adit.tracing;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.net.URI;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells once when a collector takes no spans any more, and when it does again. Any thread. */
final class ExportLog implements SpanExporter {
  private static final Logger log = LoggerFactory.getLogger(ExportLog.class);

  // deps
  private final String collector;
  private final SpanExporter exporter;

  // shared: batches end on threads of the exporter's
  private final AtomicBoolean failing = new AtomicBoolean();
  private final AtomicLong lost = new AtomicLong();

  ExportLog(URI collector, SpanExporter exporter) {
    // No more of it: there may be a password.
    int port = collector.getPort();
    this.collector =
        collector.getScheme() + "://" + collector.getHost() + (port < 0 ? "" : ":" + port);
    this.exporter = exporter;
  }

  @Override
  public CompletableResultCode export(Collection<SpanData> spans) {
    int count = spans.size();
    CompletableResultCode result = exporter.export(spans);
    result.whenComplete(() -> tell(result, count));
    return result;
  }

  private void tell(CompletableResultCode result, int count) {
    if (result.isSuccess()) {
      if (failing.compareAndSet(true, false)) {
        log.info("tracing: {} takes spans again; {} are lost", collector, lost.getAndSet(0));
      }
      return;
    }
    lost.addAndGet(count);
    if (failing.compareAndSet(false, true)) {
      Throwable why = result.getFailureThrowable();
      log.warn(
          "tracing: {} takes no spans, calls go on without: {}",
          collector,
          why == null ? "it refuses them" : why.toString());
    }
  }

  @Override
  public CompletableResultCode flush() {
    return exporter.flush();
  }

  @Override
  public CompletableResultCode shutdown() {
    return exporter.shutdown();
  }
}
