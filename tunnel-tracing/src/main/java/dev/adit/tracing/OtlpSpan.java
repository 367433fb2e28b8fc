package dev.adit.tracing;

import dev.adit.core.trace.Span;
import io.netty.util.AsciiString;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;

/** A span of the SDK. */
final class OtlpSpan implements Span {
  private static final AttributeKey<String> REASON = AttributeKey.stringKey("adit.reason");

  /** Flags of a trace that is sampled. */
  static final String SAMPLED = "01";

  /** The same where the trace's id is random, as whoever has begun it says. */
  static final String RANDOM = "03";

  private final Tracer tracer;
  private final Context context;
  private final io.opentelemetry.api.trace.Span span;
  private final String flags;
  private final AsciiString traceparent;

  private OtlpSpan(
      Tracer tracer, Context context, io.opentelemetry.api.trace.Span span, String flags) {
    this.tracer = tracer;
    this.context = context;
    this.span = span;
    this.flags = flags;
    SpanContext ids = span.getSpanContext();
    traceparent = new AsciiString("00-" + ids.getTraceId() + "-" + ids.getSpanId() + "-" + flags);
  }

  /**
   * One that begins now.
   *
   * @param flags of its trace
   */
  static Span begin(Tracer tracer, Context above, String name, Kind kind, String flags) {
    io.opentelemetry.api.trace.Span span =
        tracer.spanBuilder(name).setParent(above).setSpanKind(kind(kind)).startSpan();
    return new OtlpSpan(tracer, above.with(span), span, flags);
  }

  private static SpanKind kind(Kind kind) {
    return switch (kind) {
      case SERVER -> SpanKind.SERVER;
      case CLIENT -> SpanKind.CLIENT;
    };
  }

  @Override
  public void set(String key, String value) {
    span.setAttribute(key, value);
  }

  @Override
  public void set(String key, long value) {
    span.setAttribute(key, value);
  }

  @Override
  public void event(String name, String reason) {
    span.addEvent(name, Attributes.of(REASON, reason));
  }

  @Override
  public void fail(String reason) {
    span.setStatus(StatusCode.ERROR, reason);
  }

  @Override
  public Span child(String name, Kind kind) {
    return begin(tracer, context, name, kind, flags);
  }

  @Override
  public AsciiString traceparent() {
    return traceparent;
  }

  @Override
  public void end() {
    span.end();
  }
}
