package dev.adit.core.tunnel;

import dev.adit.core.call.CallReset;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.RequestSide;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.call.ResponseSide;
import dev.adit.core.wire.FrameWriter;
import dev.adit.core.wire.protobuf.WireException;
import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * A call that the peer opened: hands on its request, sends its response. Ends with our terminal
 * frame.
 */
final class IncomingCall extends TunnelCall implements ResponseSide {
  // state, confined to the loop
  private @Nullable RequestSide request;
  private @Nullable ResponseHead pendingHead;
  private @Nullable HeaderFields pendingTrailers;

  /** A final head was handed to us. */
  private boolean responding;

  /** The peer's half-close has come. */
  private boolean requestEnded;

  /** Our terminal frame is sent; the call is gone from the table. */
  private boolean ended;

  IncomingCall(TunnelStream stream, long id, int sendWindow, int receiveWindow) {
    super(stream, id, sendWindow, receiveWindow);
  }

  /** Where the request goes; set once, right after the call is made. */
  void attach(RequestSide side, boolean requestIsComplete) {
    request = side;
    requestEnded = requestIsComplete;
  }

  @Override
  public void onAccepted(AsciiString upstream, AsciiString backend) {
    if (!ended) {
      stream.control().accepted(id, upstream, backend);
    }
  }

  @Override
  public void onHead(ResponseHead head, boolean last) {
    if (ended) {
      return;
    }
    ResponseHead earlier = pendingHead;
    if (earlier != null) {
      // A 1xx that has not left yet: control frames go first, so the order stays.
      stream.control().responseHead(id, earlier, false);
    }
    pendingHead = head;
    responding |= !head.isInformational();
    lastQueued |= last;
    stream.schedule(this);
  }

  @Override
  public void onResponseChunk(ByteBuf data, boolean last) {
    if (ended) {
      data.release();
      return;
    }
    assert responding : "body before head";
    queue.add(data);
    lastQueued |= last;
    stream.schedule(this);
  }

  @Override
  public void onTrailers(HeaderFields trailers) {
    if (!ended) {
      assert responding : "trailers before head";
      pendingTrailers = trailers;
      stream.schedule(this);
    }
  }

  @Override
  public void onRequestConsumed(int bytes) {
    if (!ended && !requestEnded) {
      grantConsumed(bytes);
    }
  }

  @Override
  public void onReset(CallReset reset) {
    if (!ended) {
      end();
      stream.control().reset(id, reset);
    }
  }

  @Override
  boolean writeTo(FrameWriter out) {
    if (ended) {
      return false;
    }
    ResponseHead head = pendingHead;
    if (head != null) {
      pendingHead = null;
      boolean alone = lastQueued && queue.isEmpty();
      out.responseHead(id, head, alone);
      if (alone) {
        end();
        return false;
      }
    }
    boolean wasLast = lastQueued;
    boolean more = writeChunk(out, true);
    if (wasLast && !lastQueued) {
      end();
      return false;
    }
    HeaderFields trailers = pendingTrailers;
    if (trailers != null && queue.isEmpty() && !ended) {
      out.trailers(id, trailers);
      end();
      return false;
    }
    return more;
  }

  @Override
  void onQueueDrained(int bytes) {
    requestSide().onResponseConsumed(bytes);
  }

  @Override
  void receiveAccepted(AsciiString upstream, AsciiString backend) throws WireException {
    throw misplaced("Accepted");
  }

  @Override
  void receiveHead(ResponseHead head, boolean last) throws WireException {
    throw misplaced("a response head");
  }

  @Override
  void receiveTrailers(HeaderFields trailers) throws WireException {
    throw misplaced("trailers");
  }

  private WireException misplaced(String what) {
    return new WireException(what + " for call " + id + " from the side that opened it");
  }

  @Override
  void receiveChunk(ByteBuf data, boolean last) throws WireException {
    countReceived(data);
    if (requestEnded) {
      data.release();
      throw new WireException("call " + id + " has body bytes after its half-close");
    }
    requestEnded = last;
    requestSide().onRequestChunk(data, last);
  }

  @Override
  void receiveReset(CallReset reset) {
    requestSide().onCancel(reset);
    // The other side answers by itself if it knows whether a backend saw the call.
    onReset(reset);
  }

  @Override
  void tunnelClosed(TunnelException cause) {
    ended = true;
    close();
    RequestSide side = request;
    // There is none where whoever should take the call has thrown.
    if (side != null) {
      side.onCancel(lost(true));
    }
  }

  private RequestSide requestSide() {
    RequestSide side = request;
    if (side == null) {
      throw new IllegalStateException("call " + id + " is not attached");
    }
    return side;
  }

  private void end() {
    ended = true;
    pendingHead = null;
    pendingTrailers = null;
    close();
    stream.forget(this);
  }
}
