package dev.adit.core.tunnel;

import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.CallReset;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.RequestSide;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.call.ResponseSide;
import dev.adit.core.flow.TunnelBudget;
import dev.adit.core.wire.FrameHandler;
import dev.adit.core.wire.FrameReader;
import dev.adit.core.wire.FrameWriter;
import dev.adit.core.wire.RequestHead;
import dev.adit.core.wire.WireException;
import dev.adit.proto.v1.Drain;
import dev.adit.proto.v1.Frame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.util.AsciiString;
import io.netty.util.collection.LongObjectHashMap;
import io.netty.util.collection.LongObjectMap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One bidirectional stream between a server and an agent, and the calls on it. The same class
 * serves both ends; who opens odd ids and who even ones is said at the start. Confined to the event
 * loop of the tunnel's connection; a call of another loop has to hop there first.
 */
public final class TunnelStream {
  /** Which end of the tunnel we are. */
  public enum End {
    /** Opens odd ids. */
    SERVER,
    /** Opens even ids. */
    AGENT
  }

  // deps
  private final EventLoop loop;
  private final TunnelTransport transport;
  private final TunnelSettings settings;
  private final TunnelListener listener;
  private final OutboundFrames outbound;
  private final Liveness liveness;
  private final FrameReader reader = new FrameReader();
  private final FrameHandler frames = new Frames();
  private final TunnelBudget budget;

  // state, confined to the loop
  private final LongObjectMap<TunnelCall> calls = new LongObjectHashMap<>();
  private long nextId;
  private long lastPeerId;
  private boolean drainSent;
  private boolean drainReceived;

  /** We said that we go away; the peer's Drain is the answer to that. */
  private boolean announced;

  private boolean closed;

  public TunnelStream(
      End end,
      EventLoop loop,
      ByteBufAllocator allocator,
      TunnelTransport transport,
      TunnelSettings settings,
      TunnelListener listener) {
    this.loop = loop;
    this.transport = transport;
    this.settings = settings;
    this.listener = listener;
    outbound = new OutboundFrames(loop, allocator, transport, settings.frames());
    liveness = new Liveness(this, loop, settings);
    budget = new TunnelBudget(settings.windows());
    nextId = end == End.SERVER ? 1 : 2;
    lastPeerId = end == End.SERVER ? 0 : -1;
  }

  public EventLoop loop() {
    return loop;
  }

  /** The last round trip measured, in nanoseconds; -1 before the first. Any thread. */
  public long rttNanos() {
    return liveness.rttNanos();
  }

  /** Whether the peer is silent for longer than it should be, but not dead yet. Any thread. */
  public boolean isQuiet() {
    return liveness.isQuiet();
  }

  /** Heartbeats begin, and silence counts. */
  public void start() {
    assert loop.inEventLoop();
    liveness.start();
  }

  /** Calls on this stream now. */
  public int callCount() {
    assert loop.inEventLoop();
    return calls.size();
  }

  /** Whether a call may be opened here. Exact on the loop; elsewhere it may be about to change. */
  public boolean takesCalls() {
    return !closed && !drainSent && !drainReceived;
  }

  /**
   * Whether both sides have said that they open nothing more here and the last call has ended: what
   * the peer sent before its Drain has arrived, so no call can be lost by ending the stream now.
   */
  public boolean isDrained() {
    assert loop.inEventLoop();
    return drainReceived && calls.isEmpty();
  }

  public boolean isClosed() {
    return closed;
  }

  /** The credit that a call of the peer's starts with, bytes. */
  public int initialWindow() {
    return settings.windows().initial();
  }

  /**
   * Opens a call. On a stream that takes none, {@code response} is told at once that the call was
   * not processed.
   *
   * @param attempt which placement of the caller's call this is, from 1
   * @return where the call's request goes
   */
  public RequestSide open(
      CallHeaders headers,
      AsciiString group,
      AsciiString rule,
      int attempt,
      ResponseSide response) {
    assert loop.inEventLoop();
    RequestHead head = new RequestHead(headers, group, rule, attempt, budget.initialWindow());
    OutgoingCall call =
        new OutgoingCall(this, nextId, head, settings.windows().initial(), response);
    nextId += 2;
    if (!takesCalls()) {
      call.tunnelClosed(new TunnelException("closed", "the tunnel takes no more calls"));
      return call;
    }
    calls.put(call.id, call);
    outbound.schedule(call);
    return call;
  }

  /** Sends a frame of the tunnel itself. */
  public void send(Frame frame) {
    assert loop.inEventLoop();
    if (!closed) {
      FrameWriter.control(control(), frame);
    }
  }

  /**
   * Runs {@code task} on the loop when everything of the tunnel and all Accepted sent so far have
   * been handed to the socket.
   *
   * @param task dropped if the tunnel ends first
   */
  public void afterFlush(Runnable task) {
    outbound.afterFlush(task);
  }

  /** Opens nothing more here and tells the peer so. Calls that run go on. Safe to call again. */
  public void drain(String reason, int reconnectAfterMillis) {
    drain(Drain.newBuilder().setReason(reason).setReconnectAfterMs(reconnectAfterMillis).build());
  }

  /** The same in the caller's words. */
  public void drain(Drain drain) {
    assert loop.inEventLoop();
    if (drainSent || closed) {
      return;
    }
    drainSent = true;
    send(Frame.newBuilder().setDrain(drain).build());
  }

  /**
   * Asks the peer whether it is there.
   *
   * @param verdict told on the loop whether it has answered in time; not if the stream ends before
   */
  public void challenge(Duration within, Consumer<Boolean> verdict) {
    assert loop.inEventLoop();
    if (!closed) {
      liveness.challenge(within, verdict);
    }
  }

  /**
   * Tells the peer that this process goes away while calls may still be opened here: a server's
   * word to its agents, who hold another tunnel elsewhere meanwhile.
   */
  public void announceDrain(String reason, int reconnectAfterMillis) {
    assert loop.inEventLoop();
    announced = true;
    Drain drain =
        Drain.newBuilder().setReason(reason).setReconnectAfterMs(reconnectAfterMillis).build();
    send(Frame.newBuilder().setDrain(drain).build());
  }

  /** Ends our direction once all that waits is sent. */
  public void finish() {
    assert loop.inEventLoop();
    outbound.finish();
  }

  /** Ends the tunnel and every call on it. Safe to call again. */
  public void abort(TunnelException cause) {
    assert loop.inEventLoop();
    transport.abort(cause);
    onClosed(cause);
  }

  /**
   * A message has come.
   *
   * @param message ownership passes to this method
   */
  public void onMessage(ByteBuf message) {
    assert loop.inEventLoop();
    try {
      if (closed) {
        return;
      }
      if (!liveness.heard()) {
        abort(liveness.dead());
        return;
      }
      reader.read(message, frames);
    } catch (WireException e) {
      abort(TunnelException.of(e));
    } finally {
      message.release();
    }
  }

  /** The transport takes more again. */
  public void onReady() {
    outbound.requestFlush();
  }

  /** The transport has ended. Every call on the stream is told, then the listener. */
  public void onClosed(TunnelException cause) {
    assert loop.inEventLoop();
    if (closed) {
      return;
    }
    closed = true;
    liveness.stop();
    for (TunnelCall call : new ArrayList<>(calls.values())) {
      call.tunnelClosed(cause);
    }
    calls.clear();
    outbound.close();
    listener.onClosed(cause);
  }

  // For the calls of this stream.

  ByteBuf control() {
    return outbound.control();
  }

  void schedule(TunnelCall call) {
    outbound.schedule(call);
  }

  TunnelBudget budget() {
    return budget;
  }

  int maxChunkBytes() {
    return settings.frames().maxChunkBytes();
  }

  void forget(TunnelCall call) {
    calls.remove(call.id);
  }

  void onCallEnded() {
    listener.onCallEnded();
  }

  void onQuiet(boolean quiet) {
    listener.onQuiet(quiet);
  }

  /** What the peer's frames do. */
  private final class Frames implements FrameHandler {
    @Override
    public void onControl(Frame frame) throws WireException {
      switch (frame.getKindCase()) {
        case HEARTBEAT -> liveness.onHeartbeat(frame.getHeartbeat());
        case DRAIN -> receiveDrain(frame.getDrain());
        default -> tell(frame);
      }
    }

    private void tell(Frame frame) throws WireException {
      try {
        listener.onControl(frame);
      } catch (TunnelException e) {
        throw ended(e);
      }
    }

    /**
     * Ends the tunnel for a reason of its own; what is thrown only keeps the rest of the message
     * from being read.
     */
    private WireException ended(TunnelException cause) {
      abort(cause);
      return new WireException(String.valueOf(cause.getMessage()));
    }

    private void receiveDrain(Drain drain) {
      if (announced && !drainSent) {
        return;
      }
      drainReceived = true;
      drain(drain.getReason(), 0);
      listener.onDrain(drain);
    }

    @Override
    public void onRequestHead(long id, RequestHead head, boolean last) throws WireException {
      if (id <= lastPeerId || (id & 1) == (nextId & 1)) {
        throw new WireException("call id " + id + " cannot be opened here");
      }
      lastPeerId = id;
      IncomingCall call =
          new IncomingCall(TunnelStream.this, id, head.window(), settings.windows().initial());
      calls.put(id, call);
      try {
        call.attach(listener.onCall(head, last, call), last);
      } catch (TunnelException e) {
        calls.remove(id);
        call.close();
        throw ended(e);
      }
    }

    /**
     * The call of this id; null if it has ended by our own terminal frame, which the peer may not
     * know yet.
     */
    private @Nullable TunnelCall find(long id) throws WireException {
      TunnelCall call = calls.get(id);
      if (call == null && !mayHaveCrossed(id)) {
        throw new WireException("a frame for call id " + id + ", which is not open");
      }
      return call;
    }

    /**
     * A call that the peer opened ends with our terminal frame, so frames for it may be under way;
     * one that we opened ends with theirs.
     */
    private boolean mayHaveCrossed(long id) {
      return closed || ((id & 1) != (nextId & 1) && id <= lastPeerId);
    }

    @Override
    public void onResponseHead(long id, ResponseHead head, boolean last) throws WireException {
      TunnelCall call = find(id);
      if (call != null) {
        call.receiveHead(head, last);
      }
    }

    @Override
    public void onTrailers(long id, HeaderFields trailers) throws WireException {
      TunnelCall call = find(id);
      if (call != null) {
        call.receiveTrailers(trailers);
      }
    }

    @Override
    public void onAccepted(long id, AsciiString upstream, AsciiString backend)
        throws WireException {
      TunnelCall call = find(id);
      if (call != null) {
        call.receiveAccepted(upstream, backend);
      }
    }

    @Override
    public void onReset(long id, CallReset reset) throws WireException {
      TunnelCall call = find(id);
      if (call != null) {
        call.receiveReset(reset);
      }
    }

    @Override
    public void onCredit(long id, int bytes) throws WireException {
      TunnelCall call = find(id);
      if (call != null) {
        call.receiveCredit(bytes);
      }
    }

    @Override
    public void onChunk(long id, ByteBuf data, boolean last) throws WireException {
      TunnelCall call;
      try {
        call = find(id);
      } catch (WireException e) {
        data.release();
        throw e;
      }
      if (call == null) {
        data.release();
      } else {
        call.receiveChunk(data, last);
      }
    }
  }
}
