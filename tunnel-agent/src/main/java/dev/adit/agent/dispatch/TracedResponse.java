package dev.adit.agent.dispatch;

import dev.adit.core.call.CallReset;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.call.ResponseSide;
import dev.adit.core.http2.HeaderNames;
import dev.adit.core.trace.Span;
import dev.adit.core.trace.SpanFields;
import dev.adit.core.wire.RequestHead;
import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * The way back of a call that is traced: its span is over when the response is. Confined to the
 * loop of the tunnel.
 */
final class TracedResponse implements ResponseSide {
  private final Span span;
  private final ResponseSide response;

  // state, confined to the loop
  private int httpStatus;

  /** The span has begun. */
  TracedResponse(Span span, RequestHead head, ResponseSide response) {
    this.span = span;
    this.response = response;
    span.set(SpanFields.RULE, head.rule().toString());
    span.set(SpanFields.GROUP, head.group().toString());
    span.set(SpanFields.ATTEMPT, head.attempt());
  }

  @Override
  public void onAccepted(AsciiString upstream, AsciiString backend) {
    span.set(SpanFields.UPSTREAM, upstream.toString());
    span.set(SpanFields.BACKEND, backend.toString());
    response.onAccepted(upstream, backend);
  }

  @Override
  public void onHead(ResponseHead head, boolean last) {
    httpStatus = head.status();
    if (last) {
      end(head.fields().get(HeaderNames.GRPC_STATUS));
    }
    response.onHead(head, last);
  }

  private void end(@Nullable AsciiString grpcStatus) {
    SpanFields.status(span, Span.Kind.CLIENT, httpStatus, grpcStatus);
    span.end();
  }

  @Override
  public void onResponseChunk(ByteBuf data, boolean last) {
    if (last) {
      end(null);
    }
    response.onResponseChunk(data, last);
  }

  @Override
  public void onTrailers(HeaderFields trailers) {
    end(trailers.get(HeaderNames.GRPC_STATUS));
    response.onTrailers(trailers);
  }

  @Override
  public void onRequestConsumed(int bytes) {
    response.onRequestConsumed(bytes);
  }

  @Override
  public void onReset(CallReset reset) {
    SpanFields.failure(span, reset.failure());
    span.end();
    response.onReset(reset);
  }
}
