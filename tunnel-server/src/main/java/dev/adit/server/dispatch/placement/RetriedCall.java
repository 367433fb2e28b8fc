package dev.adit.server.dispatch.placement;

import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.CallReset;
import dev.adit.core.call.GrpcCode;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.RequestSide;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.flow.ReplayCopy;
import dev.adit.core.http2.HeaderNames;
import dev.adit.core.http2.StatusTranslator;
import dev.adit.server.policy.RetryPolicy;
import dev.adit.server.registry.AgentSession;
import dev.adit.server.routing.RetryBudget;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.AsciiString;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A gRPC call whose rule has a retry policy, carried out as gRFC A6 has it: an attempt that ends
 * with a status of the policy before any response head but its own is made again, after a backoff,
 * on another agent if there is one. The response head commits the call; so does a request that
 * outgrows its copy. Confined to the loop of the caller's connection.
 */
public final class RetriedCall implements RequestSide {
  private enum State {
    /** An attempt runs. */
    ATTEMPTING,
    /** Waits for the next attempt. */
    WAITING,
    /** The response has begun, or the request cannot be sent again: what runs is the last. */
    COMMITTED,
    /** The caller has been told the end. */
    OVER
  }

  // deps
  private final PlacementContext context;
  private final EventLoop home;
  private final Placement.Wanted wanted;
  private final RetryPolicy policy;
  private final RetryBudget budget;
  private final PlacementListener caller;
  private final ReplayCopy copy;
  private final RequestProgress progress;

  /** When the call's deadline counts from; unused without one. */
  private final long begunNanos;

  // state, confined to the loop
  private final List<AgentSession> used = new ArrayList<>(2);
  private State state = State.ATTEMPTING;
  private @Nullable Attempt attempt;
  private @Nullable Placement request;
  private @Nullable Future<?> timer;
  private @Nullable Backoff backoff;

  /** Tells the caller how the last attempt ended, if it stays the last. */
  private Runnable lastEnd = () -> {};

  private int placements;
  private int retries;

  /**
   * A call that has not begun.
   *
   * @param home the loop of the caller's connection
   * @param budget of the call's rule
   * @param caller told of every outcome
   */
  public RetriedCall(
      PlacementContext context,
      EventLoop home,
      Placement.Wanted wanted,
      RetryPolicy policy,
      RetryBudget budget,
      PlacementListener caller) {
    this.context = context;
    this.home = home;
    this.wanted = wanted;
    this.policy = policy;
    this.budget = budget;
    this.caller = caller;
    copy = context.newCopy();
    progress = new RequestProgress(caller);
    begunNanos = wanted.headers().hasTimeout() ? home.ticker().nanoTime() : 0;
  }

  /** Makes the first attempt. */
  public void begin() {
    budget.onCall();
    attempt(wanted);
  }

  private void attempt(Placement.Wanted now) {
    state = State.ATTEMPTING;
    timer = null;
    Attempt made = new Attempt();
    attempt = made;
    Duration atMost = policy.perAttemptTimeout();
    if (atMost != null) {
      timer = home.schedule(made::onTimeout, atMost.toNanos(), TimeUnit.NANOSECONDS);
    }
    Placement placement = new Placement(context, home, now, made, copy);
    request = placement;
    placement.place();
  }

  private void retry() {
    retries++;
    caller.onRetry(retries);
    HeaderFields fields = wanted.headers().fields().copy();
    fields.set(HeaderNames.GRPC_PREVIOUS_RPC_ATTEMPTS, AsciiString.of(Integer.toString(retries)));
    attempt(wanted.again(headers(fields), placements, used));
  }

  private CallHeaders headers(HeaderFields fields) {
    CallHeaders first = wanted.headers();
    CallHeaders retried =
        new CallHeaders(
            first.protocol(),
            first.method(),
            first.scheme(),
            first.authority(),
            first.path(),
            fields,
            first.timeoutNanos());
    return TimeLeft.after(retried, home.ticker().nanoTime() - begunNanos);
  }

  /**
   * Plans another attempt instead of the one that has just ended.
   *
   * @param waitNanos until then, or {@link Backoff#NEVER}
   * @param why that one has come to nothing
   * @param end tells the caller how that one ended
   * @return false if it stays the last
   */
  private boolean tryAgain(long waitNanos, String why, Runnable end) {
    if (state != State.ATTEMPTING
        || waitNanos < 0
        || !copy.isComplete()
        || retries + 1 >= policy.maxAttempts()
        || isTooLate(waitNanos)
        || !budget.tryTake()) {
      return false;
    }
    stopTimer();
    caller.onUnplaced(why);
    attempt = null;
    request = null;
    lastEnd = end;
    state = State.WAITING;
    timer = home.schedule(this::retry, waitNanos, TimeUnit.NANOSECONDS);
    return true;
  }

  private Backoff backoff() {
    Backoff made = backoff == null ? new Backoff(policy) : backoff;
    backoff = made;
    return made;
  }

  private boolean isTooLate(long waitNanos) {
    CallHeaders headers = wanted.headers();
    return headers.hasTimeout()
        && home.ticker().nanoTime() - begunNanos + waitNanos >= headers.timeoutNanos();
  }

  private void stopTimer() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }

  private void commit() {
    if (state == State.ATTEMPTING) {
      state = State.COMMITTED;
      stopTimer();
      copy.drop();
    }
  }

  private void finish() {
    state = State.OVER;
    stopTimer();
    copy.drop();
  }

  @Override
  public void onRequestChunk(ByteBuf data, boolean last) {
    Placement side = request;
    copy.keep(data, last);
    if (state == State.WAITING) {
      data.release();
      if (!copy.isComplete()) {
        // What the next attempt would have to send is not there any more.
        finish();
        lastEnd.run();
      }
    } else if (state == State.OVER || side == null) {
      data.release();
    } else {
      side.onRequestChunk(data, last);
    }
  }

  @Override
  public void onResponseConsumed(int bytes) {
    if (request != null) {
      request.onResponseConsumed(bytes);
    }
  }

  @Override
  public void onCancel(CallReset reset) {
    if (state == State.OVER) {
      return;
    }
    Placement side = request;
    finish();
    if (side != null) {
      side.onCancel(reset);
    }
  }

  /** A backend may have seen an attempt before this one. */
  private static CallReset afterOthers(CallReset reset) {
    return new CallReset(reset.failure(), reset.http2Code(), true, reset.message());
  }

  /** What comes back from one attempt; nothing of it counts once there is another. */
  private final class Attempt implements PlacementListener {
    private long sentBytes;

    private boolean isOld() {
      return attempt != this || state == State.OVER;
    }

    private void onTimeout() {
      Placement side = request;
      if (isOld() || state != State.ATTEMPTING || side == null) {
        return;
      }
      CallReset late =
          CallReset.failed(
              CallFailure.DEADLINE, "the backend took longer than the rule's perAttemptTimeout");
      if (!tryAgain(
          backoff().nextNanos(), late.failure().token().toString(), () -> caller.onReset(late))) {
        finish();
        caller.onReset(late);
      }
      side.onCancel(late);
    }

    @Override
    public void onPlaced(AgentSession agent, int placement) {
      placements = placement;
      used.add(agent);
      caller.onPlaced(agent, placement);
    }

    @Override
    public CallHeaders headFor(CallHeaders head) {
      return caller.headFor(head);
    }

    @Override
    public void onUnplaced(String reason) {
      caller.onUnplaced(reason);
    }

    @Override
    public void onRetry(int times) {
      throw new IllegalStateException("a placement retries nothing");
    }

    @Override
    public void onAccepted(AsciiString upstream, AsciiString backend) {
      if (!isOld()) {
        caller.onAccepted(upstream, backend);
      }
    }

    @Override
    public void onHead(ResponseHead head, boolean last) {
      if (isOld()) {
        return;
      }
      if (!head.isInformational() && isRetryable(head, last)) {
        Placement side = request;
        if (tryAgain(
            backoff().nextNanos(head.fields()), answer(head), () -> caller.onHead(head, true))) {
          if (!last && side != null) {
            side.onCancel(CallReset.failed(CallFailure.BACKEND_HTTP, "tried again"));
          }
          return;
        }
      }
      if (!head.isInformational()) {
        commit();
      }
      if (last) {
        finish();
      }
      caller.onHead(head, last);
    }

    private String answer(ResponseHead head) {
      AsciiString status = head.fields().get(HeaderNames.GRPC_STATUS);
      return status == null ? "HTTP status " + head.status() : GrpcCode.ofStatus(status).name();
    }

    /** Whether the answer is no more than a status of the policy. */
    private boolean isRetryable(ResponseHead head, boolean last) {
      AsciiString status = head.fields().get(HeaderNames.GRPC_STATUS);
      if (status != null) {
        return last && policy.retryableStatusCodes().contains(GrpcCode.ofStatus(status));
      }
      return (head.status() != 200 || last)
          && policy.retryableStatusCodes().contains(StatusTranslator.ofHttpStatus(head.status()));
    }

    @Override
    public void onResponseChunk(ByteBuf data, boolean last) {
      if (isOld()) {
        data.release();
        return;
      }
      if (last) {
        finish();
      }
      caller.onResponseChunk(data, last);
    }

    @Override
    public void onTrailers(HeaderFields trailers) {
      if (!isOld()) {
        finish();
        caller.onTrailers(trailers);
      }
    }

    @Override
    public void onRequestConsumed(int bytes) {
      sentBytes += bytes;
      progress.onLeft(sentBytes);
    }

    @Override
    public void onReset(CallReset end) {
      if (isOld()) {
        return;
      }
      CallReset reset = retries == 0 ? end : afterOthers(end);
      GrpcCode code = StatusTranslator.ofFailure(reset.failure(), reset.http2Code());
      if (policy.retryableStatusCodes().contains(code)
          && tryAgain(
              backoff().nextNanos(),
              reset.failure().token().toString(),
              () -> caller.onReset(reset))) {
        return;
      }
      finish();
      caller.onReset(reset);
    }
  }
}
