package dev.adit.core.tunnel;

import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallReset;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.flow.ChunkQueue;
import dev.adit.core.flow.ReceiveWindow;
import dev.adit.core.flow.SendWindow;
import dev.adit.core.wire.FrameWriter;
import dev.adit.core.wire.protobuf.WireException;
import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call on one tunnel stream: the window of what it sends, which it is itself, and of what it
 * receives, the chunks that wait to be sent, and how it ends. Confined to the loop of the stream.
 */
abstract class TunnelCall extends SendWindow {
  private static final Logger log = LoggerFactory.getLogger(TunnelCall.class);

  // deps
  final TunnelStream stream;
  final long id;

  // state, confined to the loop
  final ChunkQueue queue = new ChunkQueue();
  final ReceiveWindow receiveWindow;

  /**
   * The last chunk is in the queue, or the queue may be empty and only the half-close is left to
   * send.
   */
  boolean lastQueued;

  /** This direction has ended: nothing is left to send. */
  boolean lastSent;

  /** Whether the stream has this call in its ring. */
  boolean inRing;

  /** Whether bytes wait for the peer's credit, and since when. */
  private boolean stalled;

  private long stalledNanos;

  TunnelCall(TunnelStream stream, long id, int sendWindow, int receiveWindow) {
    super(sendWindow);
    this.stream = stream;
    this.id = id;
    this.receiveWindow = new ReceiveWindow(stream.budget(), receiveWindow);
  }

  /**
   * Writes this call's next frames, one chunk at most.
   *
   * @param out borrowed
   * @return whether there is more that could be sent now
   */
  abstract boolean writeTo(FrameWriter out);

  /** Bytes of the queue have been taken by the tunnel. */
  abstract void onQueueDrained(int bytes);

  abstract void receiveAccepted(AsciiString upstream, AsciiString backend) throws WireException;

  abstract void receiveHead(ResponseHead head, boolean last) throws WireException;

  /** {@code data}: ownership passes to this method, also if it throws. */
  abstract void receiveChunk(ByteBuf data, boolean last) throws WireException;

  abstract void receiveTrailers(HeaderFields trailers) throws WireException;

  abstract void receiveReset(CallReset reset) throws WireException;

  /** The tunnel has ended under the call. */
  abstract void tunnelClosed(TunnelException cause);

  /** Tells it; what it throws, as where memory is out, must not keep others from hearing of it. */
  final void tellClosed(TunnelException cause) {
    try {
      tunnelClosed(cause);
    } catch (RuntimeException | LinkageError | VirtualMachineError e) {
      log.error("call {} cannot be told that its tunnel has ended", id, e);
    }
  }

  /** Ends the call if it is ours and of a group that the peer may not serve any more. */
  void withdraw(Set<AsciiString> withheld) {}

  final void receiveCredit(int bytes) throws WireException {
    if (!grant(bytes)) {
      throw new WireException("credit of call " + id + " passes 2^31-1");
    }
    endStall();
    if (!queue.isEmpty()) {
      stream.schedule(this);
    }
  }

  private void beginStall() {
    if (!stalled) {
      stalled = true;
      stalledNanos = nanoTime();
      stream.settings().stalls().begin();
    }
  }

  private void endStall() {
    if (stalled) {
      stalled = false;
      stream.settings().stalls().end(nanoTime() - stalledNanos);
    }
  }

  private long nanoTime() {
    return stream.loop().ticker().nanoTime();
  }

  /**
   * Counts what arrived against the credit.
   *
   * @param data released if this throws
   */
  final void countReceived(ByteBuf data) throws WireException {
    if (!receiveWindow.received(data.readableBytes())) {
      int bytes = data.readableBytes();
      data.release();
      throw new WireException(
          "call " + id + " exceeds its credit with a chunk of " + bytes + " bytes");
    }
  }

  final void grantConsumed(int bytes) {
    int credit = receiveWindow.consumed(bytes);
    if (credit > 0) {
      stream.control().credit(id, credit);
    }
  }

  /**
   * Sends the next chunk as far as credit goes, and the half-close with the last one.
   *
   * @return whether there is more that could be sent now
   */
  final boolean writeChunk(FrameWriter out, boolean halfCloses) {
    int most = Math.min(available(), stream.settings().frames().maxChunkBytes());
    int length = Math.min(queue.bytes(), most);
    boolean last = halfCloses && lastQueued && length == queue.bytes();
    if (length == 0 && !last) {
      if (!queue.isEmpty()) {
        beginStall();
      }
      return false;
    }
    out.chunk(id, queue, length, last);
    if (last) {
      lastQueued = false;
      lastSent = true;
    }
    if (length > 0) {
      take(length);
      onQueueDrained(length);
    }
    if (queue.isEmpty()) {
      return false;
    }
    if (isExhausted()) {
      beginStall();
      return false;
    }
    return true;
  }

  /** Opens the call at the peer now, if it is ours and still waits for its turn. */
  void writeHead(FrameWriter out) {}

  static CallReset lost(boolean processed) {
    String message = "the tunnel to the agent was lost";
    return processed
        ? CallReset.failed(CallFailure.TUNNEL_LOST, message)
        : CallReset.unprocessed(CallFailure.TUNNEL_LOST, message);
  }

  /** Frees what the call holds; its slot in the table is freed by the stream. */
  final void close() {
    endStall();
    queue.discard();
    receiveWindow.close();
  }
}
