package dev.adit.server.entry.call;

import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.GrpcCode;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.http2.HeaderNames;
import dev.adit.core.http2.HeaderRules;
import dev.adit.core.http2.StatusTranslator;
import dev.adit.core.http2.WriteMeter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelFutureListener;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.AsciiString;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Writes the response of one call to its caller's stream, and is the only place where a failure
 * becomes a status. Confined to the loop of the caller's connection.
 */
final class ResponseWriter extends WriteMeter {
  private static final int USUAL_PUSHBACK_MILLIS = 1000;

  /**
   * How long a caller has for the rest of its request once its call is refused, or its response
   * complete. Most have ended it by then; some clients are at a loss with an answer that comes
   * before that, or a reset (curl 7.88).
   */
  private static final long REQUEST_END_MILLIS = 50;

  // deps
  private final EntryConnection connection;
  private final Http2Stream stream;
  private final EntryCall call;

  // state, confined to the loop
  private boolean headSent;
  private boolean ended;
  private boolean abandoned;
  private boolean patient;
  private @Nullable Runnable refusal;
  private @Nullable Future<?> wait;
  private int pushbackMillis = USUAL_PUSHBACK_MILLIS;

  /**
   * A writer of a response that has not begun.
   *
   * @param call is over once the caller has all of the response and its stream stays for a while,
   *     for the sake of the request
   * @param askedBytes of body, that may leave without the call being told
   */
  ResponseWriter(EntryConnection connection, Http2Stream stream, EntryCall call, int askedBytes) {
    super(askedBytes);
    this.connection = connection;
    this.stream = stream;
    this.call = call;
  }

  /** How long a caller is asked to wait, where a failure asks for that at all. */
  void pushback(long millis) {
    pushbackMillis = (int) Math.min(Integer.MAX_VALUE, millis);
  }

  /** A failure from here on may wait for the end of the request, for a while. */
  void awaitRequest() {
    patient = true;
  }

  /** The caller has sent all of its request. */
  void onRequestEnd() {
    stopWaiting();
    Runnable waiting = refusal;
    if (waiting != null) {
      refusal = null;
      waiting.run();
    }
  }

  /** Whether the caller has heard nothing of its call yet. */
  boolean isUnanswered() {
    return refusal != null || !(headSent || ended);
  }

  boolean ended() {
    return ended;
  }

  void head(ResponseHead head, boolean last) {
    headSent |= !head.isInformational();
    ResponseHead forwarded = HeaderRules.forwardable(head);
    connection.writeHead(stream.id(), forwarded, last, last ? andStopCaller(null) : null);
    ended |= last;
  }

  void trailers(HeaderFields trailers) {
    HeaderFields forwarded = HeaderRules.forwardable(trailers);
    connection.writeTrailers(stream.id(), forwarded, andStopCaller(null));
    ended = true;
  }

  /**
   * Body bytes.
   *
   * @param data ownership passes to this method
   * @param written told when they are in the socket or never will be; null if nobody asks
   */
  void chunk(ByteBuf data, boolean last, @Nullable ChannelFutureListener written) {
    connection.writeChunk(stream.id(), data, last, last ? andStopCaller(written) : written);
    ended |= last;
  }

  /**
   * RFC 9113 8.1: a response that is complete before its request is; a caller that does not end
   * that soon is told to stop sending.
   */
  private @Nullable ChannelFutureListener andStopCaller(@Nullable ChannelFutureListener before) {
    if (stream.state() == Http2Stream.State.HALF_CLOSED_REMOTE) {
      return before;
    }
    return done -> {
      if (before != null) {
        before.operationComplete(done);
      }
      if (isRequestOpen()) {
        call.onOver();
        awaitEnd(this::stopCaller);
      }
    };
  }

  private void awaitEnd(Runnable after) {
    wait = connection.loop().schedule(after, REQUEST_END_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** What was to be done if the request did not end soon is not, for the stream is over. */
  void stopWaiting() {
    Future<?> timer = wait;
    if (timer != null) {
      wait = null;
      timer.cancel(false);
    }
  }

  private boolean isRequestOpen() {
    return stream.state() == Http2Stream.State.HALF_CLOSED_LOCAL;
  }

  private void stopCaller() {
    if (isRequestOpen()) {
      connection.writeReset(stream.id(), Http2Error.NO_ERROR.code());
    }
  }

  /**
   * Ends the call with a failure of ours: a gRPC status, or an HTTP one, or where it is too late
   * for that a reset.
   *
   * @param code the gRPC status, where it is not the failure's usual one
   */
  void fail(
      CallHeaders request,
      CallFailure failure,
      GrpcCode code,
      int httpStatus,
      String message,
      AsciiString requestId) {
    if (ended) {
      return;
    }
    if (failure == CallFailure.DRAINING && !headSent) {
      reset(Http2Error.REFUSED_STREAM.code());
    } else if (failure == CallFailure.CANCELLED) {
      reset(Http2Error.CANCEL.code());
    } else if (patient && !headSent && stream.state() == Http2Stream.State.OPEN) {
      ended = true;
      refusal = () -> answer(request, failure, code, httpStatus, message, requestId);
      awaitEnd(this::onRequestEnd);
    } else {
      answer(request, failure, code, httpStatus, message, requestId);
    }
  }

  private void answer(
      CallHeaders request,
      CallFailure failure,
      GrpcCode code,
      int httpStatus,
      String message,
      AsciiString requestId) {
    if (request.isGrpc()) {
      failGrpc(failure, code, message, requestId);
    } else if (headSent) {
      reset(cannotWait(failure) ? Http2Error.CANCEL.code() : Http2Error.INTERNAL_ERROR.code());
    } else {
      failHttp(request, failure, httpStatus, message, requestId);
    }
  }

  private static boolean cannotWait(CallFailure failure) {
    return failure == CallFailure.DEADLINE || failure == CallFailure.CANCELLED_BY_OPERATOR;
  }

  private void failGrpc(CallFailure failure, GrpcCode code, String message, AsciiString requestId) {
    if (headSent && cannotWait(failure) && connection.hasUnsentChunks(stream)) {
      // Trailers would wait behind bytes that the caller does not take; its own deadline has passed
      // as well, or somebody wants the call to end now.
      reset(Http2Error.CANCEL.code());
      return;
    }
    HeaderFields fields = new HeaderFields(6);
    if (!headSent) {
      fields.add(HeaderNames.CONTENT_TYPE, HeaderNames.APPLICATION_GRPC);
    }
    addStatus(fields, failure, code, message, requestId);
    if (headSent) {
      trailers(fields);
    } else {
      head(new ResponseHead(200, fields), true);
    }
  }

  /** Adds what a gRPC caller is told about a failure of ours. */
  private void addStatus(
      HeaderFields fields,
      CallFailure failure,
      GrpcCode code,
      String message,
      AsciiString requestId) {
    fields.add(HeaderNames.GRPC_STATUS, code.text());
    fields.add(HeaderNames.GRPC_MESSAGE, StatusTranslator.escapeMessage(message));
    if (failure.asksForPushback()) {
      fields.add(
          HeaderNames.GRPC_RETRY_PUSHBACK_MS, new AsciiString(Integer.toString(pushbackMillis)));
    }
    fields.add(HeaderNames.X_TUNNEL_REASON, failure.token());
    fields.add(HeaderNames.X_REQUEST_ID, requestId);
  }

  private void failHttp(
      CallHeaders request,
      CallFailure failure,
      int httpStatus,
      String message,
      AsciiString requestId) {
    HeaderFields fields = new HeaderFields(4);
    fields.add(HeaderNames.CONTENT_TYPE, HeaderNames.TEXT_PLAIN);
    if (failure == CallFailure.UNAUTHENTICATED) {
      // RFC 9110 15.5.2 wants it.
      fields.add(HeaderNames.WWW_AUTHENTICATE, HeaderNames.BEARER);
    }
    fields.add(HeaderNames.X_TUNNEL_REASON, failure.token());
    fields.add(HeaderNames.X_REQUEST_ID, requestId);
    boolean bodiless = request.method().equals(HeaderNames.HEAD);
    head(new ResponseHead(httpStatus, fields), bodiless);
    if (bodiless) {
      return;
    }
    ByteBuf body =
        ByteBufUtil.writeUtf8(connection.allocator(), message + " (" + failure.token() + ")\n");
    chunk(body, true, null);
  }

  /** gRPC over HTTP/2, "Responses": 200 and a gRPC content-type, or a status right away. */
  static boolean isGrpcHead(ResponseHead head, boolean last) {
    if (head.fields().contains(HeaderNames.GRPC_STATUS)) {
      return true;
    }
    return !last
        && head.status() == 200
        && HeaderRules.isGrpcContentType(head.fields().get(HeaderNames.CONTENT_TYPE));
  }

  /**
   * The stream is gone: nothing can be written any more.
   *
   * @return whether the response had no end yet
   */
  boolean abandon() {
    boolean early = !ended;
    abandoned = true;
    ended = true;
    refusal = null;
    return early;
  }

  /** Whether nothing can be written any more, or need be. */
  boolean isAbandoned() {
    return abandoned;
  }

  /** Ends the stream at once. */
  void reset(long http2Code) {
    ended = true;
    refusal = null;
    connection.writeReset(stream.id(), http2Code);
  }
}
