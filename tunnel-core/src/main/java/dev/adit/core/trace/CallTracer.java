package dev.adit.core.trace;

import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.config.TracingConfig;
import dev.adit.core.http2.HeaderNames;
import io.netty.util.AsciiString;
import java.util.ServiceLoader;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Decides which calls are traced, and gives those their span: a decision that a call brings is
 * kept, others are drawn by lot. A call that is not traced costs no span. Any thread.
 */
public final class CallTracer implements AutoCloseable {
  private static final double ALL = 100;

  private final SpanExport export;
  private final double percent;

  /**
   * @param percent of the calls that bring no decision
   */
  CallTracer(SpanExport export, double percent) {
    this.export = export;
    this.percent = percent;
  }

  /**
   * A tracer that sends spans where the configuration says; null if it says nothing.
   *
   * @param service the program's name
   * @param instance names this run or this agent
   * @throws IllegalStateException if the module that sends them is not there
   */
  public static @Nullable CallTracer start(
      @Nullable TracingConfig config, String service, String version, String instance) {
    if (config == null) {
      return null;
    }
    SpanExport.Starter starter =
        ServiceLoader.load(SpanExport.Starter.class)
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "tracing: the module tunnel-tracing is not on the class path"));
    return new CallTracer(
        starter.start(config, service, version, instance), config.samplePercent());
  }

  /**
   * The span of a call that comes here now; null: it is not traced. Afterwards the call's fields
   * name the span that what follows is under, or say that nothing is traced.
   *
   * @param headers its fields are changed in place
   */
  public @Nullable Span begin(CallHeaders headers, Span.Kind kind) {
    HeaderFields fields = headers.fields();
    AsciiString given = given(fields);
    boolean sampled =
        given == null
            ? ThreadLocalRandom.current().nextDouble(ALL) < percent
            : TraceParent.isSampled(given);
    if (given == null) {
      // Without its traceparent nobody can tell what it belongs to.
      fields.remove(HeaderNames.TRACESTATE);
    }
    if (!sampled) {
      if (given == null) {
        fields.set(HeaderNames.TRACEPARENT, TraceParent.unsampled());
      }
      return null;
    }
    Span span =
        export.begin(SpanFields.name(headers), kind, given == null ? null : TraceParent.of(given));
    SpanFields.request(span, headers);
    fields.set(HeaderNames.TRACEPARENT, span.traceparent());
    return span;
  }

  /** The one traceparent, if it can be understood. */
  private static @Nullable AsciiString given(HeaderFields fields) {
    AsciiString found = null;
    for (int i = 0; i < fields.size(); i++) {
      if (fields.name(i).equals(HeaderNames.TRACEPARENT)) {
        if (found != null) {
          return null;
        }
        found = fields.value(i);
      }
    }
    return found != null && TraceParent.isValid(found) ? found : null;
  }

  /** Sends what is left, for at most two seconds. */
  @Override
  public void close() {
    export.close();
  }
}
