package dev.adit.core.trace;

import dev.adit.core.config.TracingConfig;
import org.jspecify.annotations.Nullable;

/**
 * Makes spans and sends those that have ended to a collector, in the background and never waiting:
 * what a collector does not take in time is dropped. Any thread.
 */
public interface SpanExport extends AutoCloseable {
  /** Starts one; what the module offers to {@link java.util.ServiceLoader}. */
  interface Starter {
    /**
     * Starts to send.
     *
     * @param service the program's name
     * @param instance names this run or this agent
     */
    SpanExport start(TracingConfig config, String service, String version, String instance);
  }

  /**
   * A span that begins now.
   *
   * @param traceparent of the span above it, sampled; null: it is the first of its trace
   */
  Span begin(String name, Span.Kind kind, @Nullable TraceParent traceparent);

  /** Sends what is left, for at most two seconds. */
  @Override
  void close();
}
