package dev.adit.core.tunnel;

import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.RequestSide;
import dev.adit.core.call.ResponseSide;
import dev.adit.core.flow.TunnelBudget;
import dev.adit.core.tunnel.liveness.Liveness;
import dev.adit.core.wire.FrameHandler;
import dev.adit.core.wire.FrameReader;
import dev.adit.core.wire.FrameWriter;
import dev.adit.core.wire.Heartbeat;
import dev.adit.core.wire.RequestHead;
import dev.adit.core.wire.protobuf.WireException;
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
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One bidirectional stream between a server and an agent, and the calls on it. The same class
 * serves both ends; who opens odd ids and who even ones is said at the start. Confined to the event
 * loop of the tunnel's connection; a call of another loop has to hop there first.
 */
public final class TunnelStream {
  private static final Logger log = LoggerFactory.getLogger(TunnelStream.class);

  /** Which end of the tunnel we are: a server opens odd ids, an agent even ones. */
  public enum End {
    SERVER,
    AGENT
  }

  /** Of the peer on one stream: one for each reason, of which many are told. */
  private static final int MAX_DRAINS = 10;

  // deps
  private final EventLoop loop;
  private final End end;
  private final TunnelTransport transport;
  private final TunnelSettings settings;
  private final TunnelListener listener;
  private final OutboundFrames outbound;
  private final Liveness liveness;
  private final FrameReader reader;
  private final FrameHandler frames;
  private final TunnelBudget budget;

  // state, confined to the loop
  private final LongObjectMap<TunnelCall> calls = new LongObjectHashMap<>();
  private @Nullable OutgoingCall newest;
  private long nextId;
  private int drains;
  private boolean drainSent;
  private boolean drainReceived;
  private boolean closed;

  /** What was sent is our own word, not only the answer to the peer's. */
  private boolean drainMeant;

  /** We said that we go away, and the answer to that has come. */
  private boolean announced;

  private boolean answered;

  /** Groups of which no call is opened here any more. */
  private Set<AsciiString> withheld = Set.of();

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
    outbound =
        new OutboundFrames(
            loop, allocator, transport, settings.frames(), calls::isEmpty, this::onFault);
    liveness = new Liveness(loop, settings.heartbeat(), settings.deadAfter(), new Pulse());
    budget =
        new TunnelBudget(
            settings.windows(),
            settings.memory(),
            loop.ticker()::nanoTime,
            liveness::shortestRttNanos);
    this.end = end;
    reader = new FrameReader(end == End.SERVER ? 0 : FrameReader.SMALL_PART_BYTES);
    nextId = end == End.SERVER ? 1 : 2;
    frames = new InboundFrames(this, listener, liveness, calls, nextId);
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
    transport.onStart(this);
    liveness.start();
  }

  /** Calls on this stream now. Exact on the loop; elsewhere it may be about to change. */
  public int callCount() {
    return calls.size();
  }

  /** Whether there is one call, of which all is sent and nothing but Accepted can have come. */
  public boolean awaitsLoneAnswer() {
    OutgoingCall call = newest;
    return call != null && calls.size() == 1 && call.awaitsAnswer();
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
    newest = call;
    outbound.schedule(call);
    call.withdraw(withheld);
    return call;
  }

  /**
   * Ends what runs of calls that this end has opened, and opens no more, of all groups that the
   * peer may not serve any more; calls of other groups go on.
   */
  public void withhold(Set<AsciiString> groups) {
    assert loop.inEventLoop();
    withheld = Set.copyOf(groups);
    new ArrayList<>(calls.values()).forEach(call -> call.withdraw(withheld));
  }

  /** Sends a frame of the tunnel itself. */
  public void send(Frame frame) {
    assert loop.inEventLoop();
    if (!closed) {
      control().control(frame);
    }
  }

  /**
   * Runs {@code task} on the loop when everything of the tunnel and all Accepted sent so far have
   * been handed to the socket; at a server's end, to gRPC. Dropped if the tunnel ends first.
   */
  public void afterFlush(Runnable task) {
    outbound.afterFlush(task);
  }

  /** Opens nothing more here and tells the peer so. Calls that run go on. Safe to call again. */
  public void drain(String reason, int reconnectAfterMillis) {
    drain(newDrain(reason, reconnectAfterMillis));
  }

  private static Drain newDrain(String reason, int reconnectAfterMillis) {
    return Drain.newBuilder().setReason(reason).setReconnectAfterMs(reconnectAfterMillis).build();
  }

  /** The same in the caller's words. */
  public void drain(Drain drain) {
    assert loop.inEventLoop();
    if (!drainMeant && !closed) {
      drainMeant = true;
      sendDrain(drain);
    }
  }

  private void sendDrain(Drain drain) {
    drainSent = true;
    // Drain says that nothing is opened behind it: an agent without calls ends the stream at it.
    outbound.writeHeads();
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

  /** A server's word that it goes away, while calls may still come here. Safe to call again. */
  public void announceDrain(String reason, int reconnectAfterMillis) {
    assert loop.inEventLoop();
    if (!announced) {
      announced = true;
      send(Frame.newBuilder().setDrain(newDrain(reason, reconnectAfterMillis)).build());
    }
  }

  /** Ends our direction once all that waits is sent and no call is open. */
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
        abort(dead());
        return;
      }
      reader.read(message, frames);
      // Of a server heads may wait, which are as large as callers make them.
      if (end == End.AGENT && outbound.isOverfull()) {
        throw new WireException("goes on and takes none of our answers");
      }
    } catch (WireException e) {
      abort(TunnelException.of(e));
    } catch (RuntimeException | LinkageError | VirtualMachineError e) {
      onFault(e);
    } finally {
      message.release();
    }
  }

  /** Bytes of a message have come, which may not be whole for long. */
  public void onBytes() {
    assert loop.inEventLoop();
    liveness.onBytes();
  }

  /** The transport takes more again. */
  public void onReady() {
    outbound.onReady();
  }

  /** The transport has ended. Every call on the stream is told, then the listener. */
  public void onClosed(TunnelException cause) {
    assert loop.inEventLoop();
    if (closed) {
      return;
    }
    closed = true;
    liveness.stop();
    new ArrayList<>(calls.values()).forEach(call -> call.tellClosed(cause));
    calls.clear();
    outbound.close();
    listener.onClosed(cause);
  }

  /** Frames are lost with a message that is made or read in part: calls would go on without. */
  private void onFault(Throwable fault) {
    log.error("a tunnel ends by a fault of ours", fault);
    abort(new TunnelException("fault", "something failed on this side"));
  }

  private TunnelException dead() {
    return new TunnelException(
        "dead", "nothing heard for " + settings.deadAfter().toMillis() + " ms");
  }

  void receiveDrain(Drain drain) throws WireException {
    if (++drains > MAX_DRAINS) {
      throw new WireException("more than " + MAX_DRAINS + " drains");
    }
    // That a tunnel is renewed answers nothing: that word has crossed ours.
    if (announced && !answered && !drainSent && !drain.getReason().equals("renewal")) {
      answered = true;
      return;
    }
    drainReceived = true;
    if (!drainSent && !closed) {
      sendDrain(newDrain(drain.getReason(), 0));
    }
    listener.onDrain(drain);
  }

  /** What the verdicts on the peer's life lead to. */
  private final class Pulse implements Liveness.Pulse {
    @Override
    public void send(Heartbeat heartbeat) {
      if (!closed) {
        control().heartbeat(heartbeat);
      }
    }

    @Override
    public void onQuiet(boolean quiet) {
      listener.onQuiet(quiet);
    }

    @Override
    public void onDead() {
      abort(dead());
    }
  }

  FrameWriter control() {
    return outbound.control();
  }

  void schedule(TunnelCall call) {
    outbound.schedule(call);
  }

  TunnelBudget budget() {
    return budget;
  }

  TunnelSettings settings() {
    return settings;
  }

  void forget(TunnelCall call) {
    calls.remove(call.id);
  }

  void onCallEnded() {
    listener.onCallEnded();
  }
}
