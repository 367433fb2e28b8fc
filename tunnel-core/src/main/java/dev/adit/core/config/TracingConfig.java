package dev.adit.core.config;

import java.net.URI;
import java.net.URISyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Where spans are sent.
 *
 * @param otlp the collector's OTLP endpoint: over HTTP if it has a path, else over gRPC
 * @param samplePercent share of the calls without a sampling decision of their own that are traced
 */
public record TracingConfig(URI otlp, double samplePercent) {
  private static final double USUAL_PERCENT = 1.0;

  /** Reads the {@code tracing} section of a file; null if there is none that can be used. */
  public static @Nullable TracingConfig read(ConfigMap root) {
    @Nullable ConfigMap tracing = root.child("tracing");
    if (tracing == null) {
      return null;
    }
    String what = "the address of an OTLP collector such as http://127.0.0.1:4317";
    @Nullable ConfigValue value = tracing.required("otlp", what);
    @Nullable URI otlp = value == null ? null : value.parse(what, TracingConfig::collector);
    @Nullable ConfigValue sample = tracing.optional("sample");
    double percent = sample == null ? USUAL_PERCENT : sample.share(USUAL_PERCENT);
    tracing.end();
    return otlp == null ? null : new TracingConfig(otlp, percent);
  }

  /** Whether spans go as protobuf over HTTP, and not over gRPC. */
  public boolean isHttp() {
    String path = otlp.getPath();
    return path != null && path.length() > 1;
  }

  private static URI collector(String text) {
    boolean http = text.startsWith("http://") || text.startsWith("https://");
    try {
      URI collector = new URI(text);
      if (http && collector.getHost() != null) {
        return collector;
      }
    } catch (URISyntaxException e) {
      // What it says repeats the address, which may hold a password.
    }
    throw new IllegalArgumentException(
        "it needs http:// or https:// and a host, of a name one without underscores");
  }
}
