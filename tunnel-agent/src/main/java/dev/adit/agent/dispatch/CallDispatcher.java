package dev.adit.agent.dispatch;

import dev.adit.agent.backend.Upstream;
import dev.adit.agent.metrics.UpstreamMetrics;
import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallReset;
import dev.adit.core.call.RequestSide;
import dev.adit.core.call.ResponseSide;
import dev.adit.core.flow.MemoryBudget;
import dev.adit.core.flow.Slots;
import dev.adit.core.name.GroupName;
import dev.adit.core.trace.CallTracer;
import dev.adit.core.trace.Span;
import dev.adit.core.tunnel.TunnelStream;
import dev.adit.core.wire.RequestHead;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Gives calls that come through a tunnel to the upstream that the agent's routes name. Any loop.
 */
public final class CallDispatcher {
  // deps
  private final ServedUpstreams served;
  private final MemoryBudget memory;
  private final UpstreamMetrics metrics;
  private final @Nullable CallTracer tracer;

  private final GroupNames groups = new GroupNames();

  // shared: bytes kept for beginning calls anew
  private final AtomicLong replayBytes = new AtomicLong();

  // shared: calls in flight over all loops, whichever server they came from
  private final Slots running;

  // shared: calls begun over all loops
  private final LongAdder begun = new LongAdder();

  /**
   * One that takes as many calls as come.
   *
   * @param memory calls are refused while the process runs short of it
   */
  public CallDispatcher(ServedUpstreams served, MemoryBudget memory, UpstreamMetrics metrics) {
    this(served, Integer.MAX_VALUE, memory, metrics, null);
  }

  /**
   * @param capacity calls in flight that are taken; each server keeps to it, but knows its own only
   * @param memory calls are refused while the process runs short of it
   * @param tracer null: no call is traced
   */
  public CallDispatcher(
      ServedUpstreams served,
      int capacity,
      MemoryBudget memory,
      UpstreamMetrics metrics,
      @Nullable CallTracer tracer) {
    this.served = served;
    running = new Slots(capacity);
    this.memory = memory;
    this.metrics = metrics;
    this.tracer = tracer;
  }

  /**
   * Opens a call. Its end comes through {@code response}, also that no backend can be had.
   *
   * @param tunnel where the call came from, on whose loop this is called
   * @return where the call's request goes
   */
  public RequestSide open(
      RequestHead head, boolean last, ResponseSide response, TunnelStream tunnel) {
    if (!RequestRules.areSound(head.headers())) {
      return refuse(response, CallFailure.MALFORMED, "the request's head is malformed");
    }
    Span span = tracer == null ? null : tracer.begin(head.headers(), Span.Kind.CLIENT);
    return dispatch(
        head, last, span == null ? response : new TracedResponse(span, head, response), tunnel);
  }

  private RequestSide dispatch(
      RequestHead head, boolean last, ResponseSide response, TunnelStream tunnel) {
    if (memory.isExhausted()) {
      return refuse(response, CallFailure.AGENT_OVERLOADED, "the agent is short of memory");
    }
    GroupName group = groups.of(head.group());
    Upstream upstream = group == null ? null : served.find(head.headers(), group);
    if (upstream == null) {
      return group != null && served.isWithheld(group)
          ? refuse(
              response,
              CallFailure.BACKEND_NOT_ALLOWED,
              "the agent may not dial the upstreams of group " + head.group())
          : refuse(
              response,
              CallFailure.NO_UPSTREAM,
              "no upstream of group " + head.group() + " serves this call");
    }
    if (!running.tryTake()) {
      return refuse(response, CallFailure.AGENT_OVERLOADED, "the agent is at its limit of calls");
    }
    begun.increment();
    AgentCall call = new AgentCall(this, head.headers(), upstream, tunnel, response, last);
    call.begin();
    return call;
  }

  private RequestSide refuse(ResponseSide response, CallFailure failure, String message) {
    metrics.onRefused(failure);
    response.onReset(CallReset.unprocessed(failure, message));
    return new Refused();
  }

  /** How every upstream is now. */
  public List<UpstreamHealth> upstreams() {
    return served.health();
  }

  /** Calls now. */
  public long running() {
    return running.taken();
  }

  /** Calls since the start. */
  public long total() {
    return begun.sum();
  }

  UpstreamMetrics metrics() {
    return metrics;
  }

  AtomicLong replayBytes() {
    return replayBytes;
  }

  void onEnded() {
    running.giveBack();
  }

  /** A call that has ended before it began. */
  private static final class Refused implements RequestSide {
    @Override
    public void onRequestChunk(ByteBuf data, boolean last) {
      data.release();
    }

    @Override
    public void onResponseConsumed(int bytes) {}

    @Override
    public void onCancel(CallReset reset) {}
  }
}
