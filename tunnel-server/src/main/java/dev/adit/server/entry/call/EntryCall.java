package dev.adit.server.entry.call;

import dev.adit.core.call.CallException;
import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.CallReset;
import dev.adit.core.call.GrpcCode;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.RequestSide;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.flow.HeldRequest;
import dev.adit.core.http2.FieldRules;
import dev.adit.core.http2.HeaderNames;
import dev.adit.core.http2.Http2HeaderFields;
import dev.adit.core.http2.StatusTranslator;
import dev.adit.core.name.GroupName;
import dev.adit.server.accesslog.CallRecord;
import dev.adit.server.calls.RunningCall;
import dev.adit.server.dispatch.Dispatcher;
import dev.adit.server.dispatch.placement.PlacementListener;
import dev.adit.server.dispatch.placement.TimeLeft;
import dev.adit.server.entry.caller.Credential;
import dev.adit.server.metrics.CallMeter;
import dev.adit.server.registry.AgentSession;
import dev.adit.server.routing.Route;
import dev.adit.server.routing.Router;
import dev.adit.server.trace.CallTrace;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * One call at the entry: from the caller's HEADERS to the end of its stream. Confined to the loop
 * of the caller's connection.
 *
 * <p>The response ends exactly once, in {@link ResponseWriter}; the call is over when its stream is
 * closed.
 */
final class EntryCall extends RunningCall implements PlacementListener {
  // deps
  private final EntryContext entry;
  private final EntryConnection connection;
  private final Http2Stream stream;
  private final ResponseWriter writer;
  private final CallMeter counts;

  // state, confined to the loop
  private CallHeaders headers = RequestReader.UNREAD;
  private @Nullable RequestSide request;
  private @Nullable Route route;
  private @Nullable CallTrace trace;
  private @Nullable CallTimers timers;

  EntryCall(
      EntryContext entry, EntryConnection connection, Http2Stream stream, int connectionNumber) {
    super(
        (long) connectionNumber << Integer.SIZE | stream.id(),
        new CallRecord(connection.loop().ticker()));
    this.entry = entry;
    this.connection = connection;
    this.stream = stream;
    writer = new ResponseWriter(connection, stream, this, entry.askedBytes());
    counts = entry.metrics().begin();
  }

  /** Reads the head, routes the call and gives it to an agent; the id is for one without. */
  void begin(
      RequestReader reader,
      Admission admission,
      Http2HeaderFields list,
      boolean last,
      AsciiString newId) {
    entry.calls().begin();
    connection.calls(entry.running()).begin(this);
    record().from(reader.remoteAddress());
    boolean read = false;
    try {
      headers = reader.read(list, newId);
      read = true;
      AsciiString given = headers.fields().get(HeaderNames.X_REQUEST_ID);
      record().request(headers, given == null ? newId : given);
      trace = CallTrace.begin(entry.tracer(), headers, this);
      if (entry.memory().isExhausted()) {
        throw new CallException(CallFailure.SERVER_OVERLOADED, "the server is short of memory");
      }
      Route route = entry.router().route(headers);
      if (route == null) {
        throw new CallException(CallFailure.NO_RULE, Router.unmatched(headers));
      }
      dispatch(route, admission, last);
    } catch (CallException e) {
      if (!read) {
        headers = RequestReader.unread(list);
        record().request(headers, newId);
      }
      refuse(e);
    }
  }

  private void refuse(CallException e) {
    writer.pushback(e.pushbackMillis());
    writer.awaitRequest();
    fail(e.failure(), e.failure().grpcCode(), e.failure().httpStatus(), e.text());
  }

  private void dispatch(Route matched, Admission admission, boolean last) throws CallException {
    route = matched;
    record().route(matched.ruleText(), matched.hostText(headers.authority()));
    Credential credential = admission.caller().credential(matched, headers.fields());
    RequestSide side =
        credential.needsCheck()
            ? dispatchChecked(matched, admission, credential)
            : dispatch(matched, admission, credential);
    request = side;
    if (last) {
      side.onRequestChunk(Unpooled.EMPTY_BUFFER, true);
    }
  }

  /** Once the signature of the call's token has been checked; until then its request is kept. */
  private RequestSide dispatchChecked(Route matched, Admission admission, Credential credential)
      throws CallException {
    HeldRequest held = new HeldRequest();
    Runnable checked =
        () -> {
          if (held.isOver()) {
            return;
          }
          try {
            headers = TimeLeft.after(headers, now() - record().begunNanos());
            held.handTo(dispatch(matched, admission, credential));
          } catch (CallException e) {
            held.drop();
            refuse(e);
          }
        };
    admission.caller().check(credential, connection.loop(), checked);
    return held;
  }

  private RequestSide dispatch(Route matched, Admission admission, Credential credential)
      throws CallException {
    headers = admission.admit(matched, credential, headers, connection, record());
    record().group(Dispatcher.missedGroup(matched));
    GroupName group = entry.dispatcher().chooseGroup(matched);
    if (group != null) {
      onGroup(group);
    } else if (!entry.dispatcher().isEarly(matched)) {
      throw new CallException(
          entry.drain().inProgress() ? CallFailure.DRAINING : CallFailure.NO_AGENT,
          Dispatcher.noAgentText(matched));
    }
    timers = CallTimers.start(connection.loop(), headers, matched.rule().idleTimeout(), this::cut);
    PlacementListener told = trace == null ? this : trace;
    return group == null
        ? entry.dispatcher().dispatchEarly(headers, matched, connection.loop(), this::onGroup, told)
        : entry.dispatcher().dispatch(headers, group, matched, connection.loop(), told);
  }

  private void onGroup(GroupName group) {
    record().group(group);
    counts.onRouted(record());
  }

  private long now() {
    return connection.loop().ticker().nanoTime();
  }

  /**
   * Request bytes of the caller.
   *
   * @param data ownership passes to this method
   */
  void onRequestChunk(ByteBuf data, boolean last) {
    if (writer.isAbandoned()) {
      // Its window is not given back: what is left of the request shall end soon.
      data.release();
      return;
    }
    int bytes = data.readableBytes();
    CallTimers.moved(timers);
    record().requestBytes(bytes);
    counts.onRequestBytes(bytes);
    RequestSide side = request;
    if (side == null || writer.ended()) {
      data.release();
      if (last) {
        writer.onRequestEnd();
      } else if (bytes > 0) {
        connection.consume(stream, bytes);
      }
      return;
    }
    side.onRequestChunk(data, last);
  }

  /** Whether its caller has heard nothing, and has half of its time or more left to wait. */
  boolean isUnanswered(long nowNanos) {
    return writer.isUnanswered() && nowNanos - begunNanos() <= headers.timeoutNanos() / 2;
  }

  long begunNanos() {
    return record().begunNanos();
  }

  @Override
  public void onPlaced(AgentSession agent, int attempt) {
    record().placed(agent.id(), attempt, now());
  }

  @Override
  public void onRetry(int retries) {
    record().retried(retries);
  }

  @Override
  public void onAccepted(AsciiString upstream, AsciiString backend) {
    record().accepted(upstream, backend, now());
  }

  @Override
  public void onHead(ResponseHead head, boolean last) {
    if (writer.ended() || !checkSound(head.fields(), head.listBytes(), last)) {
      return;
    }
    if (!head.isInformational() && headers.isGrpc() && !ResponseWriter.isGrpcHead(head, last)) {
      failHttpResponse(head.status(), last);
      return;
    }
    if (last) {
      record().status(head.fields().get(HeaderNames.GRPC_STATUS));
    }
    long now = now();
    record().head(head, now);
    CallTimers.moved(timers, now);
    ResponseHead shown = head;
    if (route != null && !head.isInformational()) {
      counts.onAnswered(record());
      shown = route.rule().responseHeaders().appliedTo(head);
    }
    writer.head(shown, last);
  }

  /** An agent's list that is unsound, or would end the caller's connection, ends the call. */
  private boolean checkSound(HeaderFields fields, int listBytes, boolean last) {
    boolean sound = FieldRules.areSound(fields);
    if (sound && connection.takes(listBytes)) {
      return true;
    }
    CallFailure failure = sound ? CallFailure.HEADER_TOO_LARGE : CallFailure.BACKEND_RESET;
    String text = sound ? EntryConnection.TOO_LARGE : "the response has malformed header fields";
    stopAgent(last, failure, text);
    fail(failure, failure.grpcCode(), failure.httpStatus(), text);
    return false;
  }

  private void stopAgent(boolean hasEnded, CallFailure failure, String text) {
    RequestSide side = request;
    if (!hasEnded && side != null) {
      side.onCancel(CallReset.failed(failure, text));
    }
  }

  private void failHttpResponse(int status, boolean last) {
    stopAgent(last, CallFailure.BACKEND_HTTP, "the backend did not answer in gRPC");
    fail(
        CallFailure.BACKEND_HTTP,
        StatusTranslator.ofHttpStatus(status),
        status,
        "the backend answered with HTTP status " + status + " and no grpc-status");
  }

  @Override
  public void onResponseChunk(ByteBuf data, boolean last) {
    if (writer.ended()) {
      data.release();
      return;
    }
    int bytes = data.readableBytes();
    CallTimers.moved(timers);
    record().responseBytes(bytes);
    counts.onResponseBytes(bytes);
    boolean withoutStatus = last && headers.isGrpc();
    int left = writer.onWrite(bytes);
    writer.chunk(data, last && !withoutStatus, left == 0 ? null : written -> onResponseLeft(left));
    if (withoutStatus) {
      fail(
          CallFailure.BACKEND_HTTP,
          GrpcCode.UNKNOWN,
          502,
          "the backend's response ended without grpc-status");
    }
  }

  private void onResponseLeft(int bytes) {
    CallTimers.moved(timers);
    RequestSide side = request;
    if (side != null) {
      side.onResponseConsumed(bytes);
    }
  }

  @Override
  public void onTrailers(HeaderFields trailers) {
    if (writer.ended() || !checkSound(trailers, trailers.listBytes(), true)) {
      return;
    }
    AsciiString status = trailers.get(HeaderNames.GRPC_STATUS);
    if (status == null && headers.isGrpc()) {
      fail(
          CallFailure.BACKEND_HTTP,
          GrpcCode.UNKNOWN,
          502,
          "the backend's trailers have no grpc-status");
      return;
    }
    record().status(status);
    writer.trailers(trailers);
  }

  @Override
  public void onRequestConsumed(int bytes) {
    if (!writer.isAbandoned()) {
      CallTimers.moved(timers);
      connection.consume(stream, bytes);
    }
  }

  @Override
  public void onReset(CallReset reset) {
    CallFailure failure = reset.failure();
    if (failure == CallFailure.NO_AGENT && !reset.processed() && entry.drain().inProgress()) {
      failure = CallFailure.DRAINING;
    }
    GrpcCode code = StatusTranslator.ofFailure(failure, reset.http2Code());
    String message =
        reset.message().isEmpty() ? "the call failed: " + failure.token() : reset.message();
    fail(failure, code, failure.httpStatus(), message);
  }

  @Override
  protected void cut(CallReset reset) {
    RequestSide side = request;
    if (side != null && !writer.isAbandoned()) {
      side.onCancel(reset);
    }
    if (!writer.ended()) {
      CallFailure failure = reset.failure();
      fail(failure, failure.grpcCode(), failure.httpStatus(), reset.message());
    } else if (!writer.isAbandoned()) {
      // The response is complete but the caller does not take it.
      writer.reset(CallReset.cancelled().http2Code());
    }
  }

  private void fail(CallFailure failure, GrpcCode code, int httpStatus, String message) {
    if (!writer.ended()) {
      record().failure(failure, code, httpStatus);
      record().message(message);
      writer.fail(headers, failure, code, httpStatus, message, record().requestId());
    }
  }

  /** The stream is over, or its response is: if that is not, the caller has gone. */
  void onOver() {
    writer.stopWaiting();
    if (writer.isAbandoned()) {
      return;
    }
    CallTimers.stop(timers);
    RequestSide side = request;
    if (writer.abandon()) {
      CallFailure gone = CallFailure.CANCELLED;
      record().failure(gone, gone.grpcCode(), gone.httpStatus());
      if (side != null) {
        side.onCancel(CallReset.cancelled());
      }
    }
    record().end(now());
    connection.calls(entry.running()).end(this);
    entry.end(record(), counts, trace);
  }
}
