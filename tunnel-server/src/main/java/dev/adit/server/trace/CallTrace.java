package dev.adit.server.trace;

import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.CallReset;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.http2.HeaderNames;
import dev.adit.core.trace.CallTracer;
import dev.adit.core.trace.Span;
import dev.adit.core.trace.SpanFields;
import dev.adit.server.accesslog.CallRecord;
import dev.adit.server.dispatch.placement.PlacementListener;
import dev.adit.server.registry.AgentSession;
import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * The spans of one call that is traced. It stands between the call's placements and the call, hears
 * what they tell and hands it on. Confined to the loop of the caller's connection.
 */
public final class CallTrace implements PlacementListener {
  // deps
  private final Span span;
  private final PlacementListener call;

  // state, confined to the loop
  private @Nullable Span placement;

  /** Why the placement before has come to nothing; null: there was none, or it was told. */
  private @Nullable String failed;

  private int httpStatus;

  private CallTrace(Span span, PlacementListener call) {
    this.span = span;
    this.call = call;
  }

  /**
   * The trace of a call whose head has come; null: it is not traced.
   *
   * @param tracer null: no call is
   * @param headers its fields are changed in place, to name the call's span
   * @param call hears what its placements tell
   */
  public static @Nullable CallTrace begin(
      @Nullable CallTracer tracer, CallHeaders headers, PlacementListener call) {
    Span span = tracer == null ? null : tracer.begin(headers, Span.Kind.SERVER);
    return span == null ? null : new CallTrace(span, call);
  }

  /** The call is over. */
  public void end(CallRecord record) {
    Span last = placement;
    if (last != null) {
      // The caller has gone, or its time is over: nothing comes back from the placement.
      if (record.failure() != null) {
        SpanFields.failure(last, record.failure());
      }
      endPlacement();
    }
    span.set(SpanFields.REQUEST_ID, record.requestId().toString());
    span.set(SpanFields.RULE, record.rule().toString());
    if (record.group() != null) {
      span.set(SpanFields.GROUP, record.group().value());
    }
    if (record.failure() != null) {
      span.set(SpanFields.REASON, record.failure().token().toString());
    }
    SpanFields.status(span, Span.Kind.SERVER, record.httpStatus(), record.grpcStatus());
    span.end();
  }

  private void endPlacement() {
    if (placement != null) {
      placement.end();
      placement = null;
    }
  }

  @Override
  public void onPlaced(AgentSession agent, int attempt) {
    endPlacement();
    if (failed != null) {
      span.event("placed again", failed);
      failed = null;
    }
    Span begun = span.child("placement", Span.Kind.CLIENT);
    begun.set(SpanFields.AGENT, agent.id().value());
    begun.set(SpanFields.ATTEMPT, attempt);
    placement = begun;
    span.set(SpanFields.AGENT, agent.id().value());
    call.onPlaced(agent, attempt);
  }

  /** What follows is under the placement's span, unless the rule has the last word on the field. */
  @Override
  public CallHeaders headFor(CallHeaders head) {
    Span now = placement;
    if (now == null || !span.traceparent().equals(head.fields().get(HeaderNames.TRACEPARENT))) {
      return head;
    }
    HeaderFields fields = head.fields().copy();
    fields.set(HeaderNames.TRACEPARENT, now.traceparent());
    return new CallHeaders(
        head.protocol(),
        head.method(),
        head.scheme(),
        head.authority(),
        head.path(),
        fields,
        head.timeoutNanos());
  }

  @Override
  public void onUnplaced(String reason) {
    failed = reason;
    if (placement != null) {
      placement.set(SpanFields.REASON, reason);
      placement.fail(reason);
      endPlacement();
    }
    call.onUnplaced(reason);
  }

  @Override
  public void onRetry(int retries) {
    span.event("retry", failed == null ? "" : failed);
    failed = null;
    call.onRetry(retries);
  }

  @Override
  public void onAccepted(AsciiString upstream, AsciiString backend) {
    if (placement != null) {
      placement.set(SpanFields.UPSTREAM, upstream.toString());
      placement.set(SpanFields.BACKEND, backend.toString());
    }
    call.onAccepted(upstream, backend);
  }

  @Override
  public void onHead(ResponseHead head, boolean last) {
    httpStatus = head.status();
    if (last) {
      endPlacement(head.fields());
    }
    call.onHead(head, last);
  }

  private void endPlacement(HeaderFields fields) {
    if (placement != null) {
      SpanFields.status(
          placement, Span.Kind.CLIENT, httpStatus, fields.get(HeaderNames.GRPC_STATUS));
      endPlacement();
    }
  }

  @Override
  public void onResponseChunk(ByteBuf data, boolean last) {
    if (last && placement != null) {
      SpanFields.status(placement, Span.Kind.CLIENT, httpStatus, null);
      endPlacement();
    }
    call.onResponseChunk(data, last);
  }

  @Override
  public void onTrailers(HeaderFields trailers) {
    endPlacement(trailers);
    call.onTrailers(trailers);
  }

  @Override
  public void onRequestConsumed(int bytes) {
    call.onRequestConsumed(bytes);
  }

  @Override
  public void onReset(CallReset reset) {
    if (placement != null) {
      SpanFields.failure(placement, reset.failure());
      endPlacement();
    }
    call.onReset(reset);
  }
}
