package dev.adit.core.tunnel;

import dev.adit.core.call.CallReset;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.tunnel.liveness.Liveness;
import dev.adit.core.wire.FrameHandler;
import dev.adit.core.wire.Heartbeat;
import dev.adit.core.wire.RequestHead;
import dev.adit.core.wire.protobuf.WireException;
import dev.adit.proto.v1.Frame;
import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import io.netty.util.collection.LongObjectMap;
import org.jspecify.annotations.Nullable;

/**
 * What the peer's frames do to a tunnel stream and its calls; a frame out of place ends the stream.
 * Confined to its loop.
 */
final class InboundFrames implements FrameHandler {
  // deps
  private final TunnelStream stream;
  private final TunnelListener listener;
  private final Liveness liveness;
  private final LongObjectMap<TunnelCall> calls;

  /** The last bit of the ids that this end opens. */
  private final long ourParity;

  // state, confined to the loop
  private long lastPeerId;

  /**
   * @param calls the stream's table, into which the peer's calls are entered
   * @param firstId of the calls that this end opens: 1 or 2
   */
  InboundFrames(
      TunnelStream stream,
      TunnelListener listener,
      Liveness liveness,
      LongObjectMap<TunnelCall> calls,
      long firstId) {
    this.stream = stream;
    this.listener = listener;
    this.liveness = liveness;
    this.calls = calls;
    ourParity = firstId & 1;
    lastPeerId = ourParity - 1;
  }

  @Override
  public void onControl(Frame frame) throws WireException {
    if (frame.hasDrain()) {
      stream.receiveDrain(frame.getDrain());
    } else {
      tell(frame);
    }
  }

  @Override
  public void onHeartbeat(Heartbeat heartbeat) {
    liveness.onHeartbeat(heartbeat);
  }

  private void tell(Frame frame) throws WireException {
    try {
      listener.onControl(frame);
    } catch (TunnelException e) {
      throw ended(e);
    }
  }

  /**
   * Ends the tunnel for a reason of its own; what is thrown only keeps the rest of the message from
   * being read.
   */
  private WireException ended(TunnelException cause) {
    stream.abort(cause);
    return new WireException(String.valueOf(cause.getMessage()));
  }

  @Override
  public void onRequestHead(long id, RequestHead head, boolean last) throws WireException {
    if (id <= lastPeerId || (id & 1) == ourParity) {
      throw new WireException("call id " + id + " cannot be opened here");
    }
    lastPeerId = id;
    IncomingCall call = new IncomingCall(stream, id, head.window(), stream.initialWindow());
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
    return stream.isClosed() || ((id & 1) != ourParity && id <= lastPeerId);
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
  public void onAccepted(long id, AsciiString upstream, AsciiString backend) throws WireException {
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
