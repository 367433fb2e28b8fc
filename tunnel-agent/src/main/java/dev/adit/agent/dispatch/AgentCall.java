package dev.adit.agent.dispatch;

import dev.adit.agent.backend.Backend;
import dev.adit.agent.backend.ConnectionUser;
import dev.adit.agent.backend.Upstream;
import dev.adit.agent.backend.connection.BackendConnection;
import dev.adit.agent.backend.connection.BackendEvents;
import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.CallReset;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.RequestSide;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.call.ResponseSide;
import dev.adit.core.flow.ChunkQueue;
import dev.adit.core.flow.ReplayCopy;
import dev.adit.core.flow.WindowSizes;
import dev.adit.core.http2.HeaderNames;
import dev.adit.core.http2.HeaderRules;
import dev.adit.core.http2.Http2HeaderFields;
import dev.adit.core.http2.StatusTranslator;
import dev.adit.core.tunnel.TunnelStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One call between its tunnel and the backend it is given to. While no backend has looked at it, it
 * may begin anew on another connection. Confined to the loop of the tunnel.
 */
final class AgentCall implements RequestSide, BackendEvents, ConnectionUser, Runnable {
  private static final int MAX_OPENS = 3;
  private static final long CONNECT_NANOS = TimeUnit.SECONDS.toNanos(2);

  private enum State {
    /** Waits for a stream on a connection to a backend. */
    CONNECTING,
    /** Has one; waits until Accepted is on its way, before the first byte goes to the backend. */
    ANNOUNCING,
    /** The backend has the call. */
    OPEN,
    /** Its terminal event has been told. */
    ENDED
  }

  // deps
  private final CallDispatcher dispatcher;
  private final CallHeaders head;
  private final Upstream upstream;
  private final TunnelStream tunnel;
  private final ResponseSide response;
  private final ReplayCopy copy;
  private final RequestCredit credit;
  private final BackendVisit visit;
  private final long begunNanos;

  // state, confined to the loop; earlier: the backends that it has left for another
  private List<Backend> earlier = List.of();
  private final ChunkQueue unopened = new ChunkQueue();
  private State state = State.CONNECTING;
  private boolean requestEnded;
  private boolean accepted;
  private @Nullable BackendConnection connection;
  private int streamId;
  private int opens;
  private long askingNanos;

  /**
   * A call that has not begun.
   *
   * @param requestEnded the request is its head alone
   */
  AgentCall(
      CallDispatcher dispatcher,
      CallHeaders head,
      Upstream upstream,
      TunnelStream tunnel,
      ResponseSide response,
      boolean requestEnded) {
    this.dispatcher = dispatcher;
    this.head = head;
    this.upstream = upstream;
    this.tunnel = tunnel;
    this.response = response;
    this.requestEnded = requestEnded;
    copy = new ReplayCopy(dispatcher.replayBytes());
    credit = new RequestCredit(Math.min(tunnel.initialWindow(), WindowSizes.FLOOR) / 4, response);
    begunNanos = now();
    visit = new BackendVisit(dispatcher.metrics(), head, begunNanos);
  }

  private long now() {
    return tunnel.loop().ticker().nanoTime();
  }

  /** Picks a backend and asks for a stream. */
  void begin() {
    beginAnew(begunNanos);
  }

  private void beginAnew(long nowNanos) {
    earlier = upstream.newRound(earlier);
    askingNanos = nowNanos;
    begin(nowNanos);
  }

  private void begin(long nowNanos) {
    Backend picked = nowNanos - askingNanos < CONNECT_NANOS ? upstream.pick(earlier) : null;
    if (picked == null) {
      if (opens == 0 && earlier.isEmpty()) {
        dispatcher.metrics().onRefused(CallFailure.BACKEND_UNREACHABLE);
      }
      fail(
          CallReset.unprocessed(
              CallFailure.BACKEND_UNREACHABLE,
              "no backend of upstream " + upstream.name() + " takes calls"));
      return;
    }
    state = State.CONNECTING;
    visit.begin(picked);
    picked.pool(tunnel.loop()).acquire(this);
  }

  /** There are 2 s for all backends: each may use up half of what is left. */
  @Override
  public int patienceMillis() {
    long left = CONNECT_NANOS - (now() - askingNanos);
    return (int) TimeUnit.NANOSECONDS.toMillis(upstream.hasOther(tried()) ? left / 2 : left);
  }

  @Override
  public void onNoConnection(boolean busy) {
    if (state != State.ENDED) {
      visit.notTaken(busy);
      leaveForAnother();
      begin(now());
    }
  }

  @Override
  public void onConnection(BackendConnection free) {
    if (state == State.ENDED) {
      free.giveBack();
      return;
    }
    connection = free;
    state = State.ANNOUNCING;
    if (accepted) {
      run();
      return;
    }
    accepted = true;
    response.onAccepted(upstream.text(), visit.text());
    tunnel.afterFlush(this);
  }

  /** Accepted is on its way: from here on the backend may see the call. */
  @Override
  public void run() {
    BackendConnection reserved = connection;
    Backend chosen = visit.backend();
    if (state != State.ANNOUNCING || reserved == null || chosen == null) {
      return;
    }
    if (!reserved.canOpen()) {
      reserved.giveBack();
      leaveForAnother();
      beginAnew(now());
      return;
    }
    long now = now();
    long timeLeft = timeLeft(now);
    if (timeLeft <= 0) {
      failUnopened(
          reserved, CallReset.unprocessed(CallFailure.DEADLINE, "the deadline has passed"));
      return;
    }
    Http2HeaderFields request =
        RequestRules.forBackend(head, chosen.pool(tunnel.loop()).scheme(), chosen.text(), timeLeft);
    if (reserved.fits(request)) {
      open(reserved, request, now);
    } else {
      // Final: what one backend of a service does not take is too large for the others as well.
      failUnopened(
          reserved,
          CallReset.failed(
              CallFailure.HEADER_TOO_LARGE, "the header list exceeds what the backend takes"));
    }
  }

  private void failUnopened(BackendConnection reserved, CallReset reset) {
    reserved.giveBack();
    connection = null;
    fail(reset);
  }

  private long timeLeft(long nowNanos) {
    return head.hasTimeout() ? begunNanos + head.timeoutNanos() - nowNanos : CallHeaders.NO_TIMEOUT;
  }

  private void open(BackendConnection on, Http2HeaderFields request, long nowNanos) {
    opens++;
    visit.opened(nowNanos);
    if (opens > 1) {
      credit.beginAnew();
    }
    state = State.OPEN;
    boolean bare = requestEnded && unopened.isEmpty() && copy.isEmpty();
    streamId = on.open(request, bare && !head.isGrpc(), this);
    if (streamId == BackendConnection.NOT_OPENED) {
      onRefused();
      return;
    }
    if (bare && head.isGrpc()) {
      // gRPC ends a request with a DATA frame, an empty one if need be; grpc-go waits for it.
      write(Unpooled.EMPTY_BUFFER, true);
    }
    if (opens > 1 && !bare) {
      // The copy has what waited for the first opening, too.
      unopened.discard();
      copy.replayTo(this::write);
    }
    ByteBuf chunk;
    while (state == State.OPEN && (chunk = unopened.poll()) != null) {
      write(chunk, requestEnded && unopened.isEmpty());
    }
  }

  private void write(ByteBuf chunk, boolean last) {
    BackendConnection on = connection;
    if (state != State.OPEN || on == null || !on.isOpen(streamId)) {
      chunk.release();
      return;
    }
    visit.onRequestBytes(chunk.readableBytes());
    on.writeChunk(streamId, chunk, last, credit.onWrite(chunk.readableBytes()));
  }

  @Override
  public void onRequestChunk(ByteBuf data, boolean last) {
    if (state == State.ENDED) {
      int bytes = data.readableBytes();
      data.release();
      if (bytes > 0) {
        // The response may still wait for its caller, who may still be sending.
        response.onRequestConsumed(bytes);
      }
      return;
    }
    requestEnded |= last;
    copy.keep(data, last);
    if (state == State.OPEN) {
      write(data, last);
    } else if (opens == 0) {
      unopened.add(data);
    } else {
      // The copy has it, and is what the next opening sends.
      data.release();
      if (!copy.isComplete()) {
        refuse();
      }
    }
  }

  @Override
  public void onResponseConsumed(int bytes) {
    BackendConnection on = connection;
    if (state == State.OPEN && on != null) {
      on.consume(streamId, bytes);
    }
  }

  @Override
  public void onCancel(CallReset reset) {
    if (state == State.ENDED) {
      return;
    }
    visit.stopped(reset.failure());
    BackendConnection on = connection;
    if (on != null && state == State.ANNOUNCING) {
      on.giveBack();
    } else if (on != null && state == State.OPEN) {
      on.cancel(streamId);
    }
    fail(new CallReset(reset.failure(), reset.http2Code(), opens > 0, reset.message()));
  }

  @Override
  public void onHead(ResponseHead answer, boolean last) {
    if (!answer.isInformational()) {
      copy.drop();
      visit.onHead(answer.fields().get(HeaderNames.GRPC_STATUS), answer.status(), now());
    }
    endIf(last);
    response.onHead(HeaderRules.forwardable(answer), last);
  }

  @Override
  public void onChunk(ByteBuf data, boolean last) {
    visit.onResponseBytes(data.readableBytes());
    endIf(last);
    response.onResponseChunk(data, last);
  }

  @Override
  public void onTrailers(HeaderFields trailers) {
    visit.onTrailers(trailers.get(HeaderNames.GRPC_STATUS));
    endIf(true);
    response.onTrailers(HeaderRules.forwardable(trailers));
  }

  private void endIf(boolean last) {
    BackendConnection on = connection;
    if (!last || on == null) {
      return;
    }
    if (!requestEnded || on.hasUnsent(streamId)) {
      on.stopSending(streamId);
    }
    end();
  }

  @Override
  public void onReset(long http2Code) {
    boolean late = StatusTranslator.isCancel(http2Code) && timeLeft(now()) <= 0;
    if (late) {
      visit.stopped(CallFailure.DEADLINE);
      fail(CallReset.failed(CallFailure.DEADLINE, "the deadline has passed"));
    } else {
      visit.failed(CallFailure.BACKEND_RESET);
      fail(new CallReset(CallFailure.BACKEND_RESET, http2Code, true, "the backend reset the call"));
    }
  }

  @Override
  public void onRefused() {
    visit.stopped(CallFailure.BACKEND_RESET);
    if (copy.isComplete() && opens < MAX_OPENS) {
      leaveForAnother();
      beginAnew(now());
    } else {
      refuse();
    }
  }

  private void refuse() {
    fail(CallReset.unprocessed(CallFailure.BACKEND_RESET, "the backend refused the call"));
  }

  @Override
  public void onTooLarge() {
    visit.stopped(CallFailure.HEADER_TOO_LARGE);
    fail(
        CallReset.failed(
            CallFailure.HEADER_TOO_LARGE, "the header list of the response is too large"));
  }

  @Override
  public void onLost() {
    visit.failed(CallFailure.BACKEND_UNREACHABLE);
    fail(
        CallReset.failed(
            CallFailure.BACKEND_UNREACHABLE, "the connection to the backend was lost"));
  }

  private void fail(CallReset reset) {
    end();
    response.onReset(reset);
  }

  /** The backend that it is at, and the earlier ones. */
  private List<Backend> tried() {
    Backend at = visit.backend();
    return at == null ? earlier : Upstream.with(earlier, at);
  }

  private void leaveForAnother() {
    earlier = tried();
    leaveBackend();
  }

  private void leaveBackend() {
    visit.leave(now());
    connection = null;
  }

  private void end() {
    state = State.ENDED;
    leaveBackend();
    copy.drop();
    unopened.discard();
    dispatcher.onEnded();
  }
}
