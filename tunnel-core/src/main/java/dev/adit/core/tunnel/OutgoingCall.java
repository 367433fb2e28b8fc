package dev.adit.core.tunnel;

import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallReset;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.RequestSide;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.call.ResponseSide;
import dev.adit.core.wire.FrameWriter;
import dev.adit.core.wire.RequestHead;
import dev.adit.core.wire.protobuf.WireException;
import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A call that we opened: sends its request, hands on its response. Ends with the peer's terminal
 * frame, also after our Reset.
 */
final class OutgoingCall extends TunnelCall implements RequestSide {
  private static final AsciiString GRPC_STATUS = AsciiString.cached("grpc-status");

  private static final CallReset TOO_LARGE =
      CallReset.failed(
          CallFailure.HEADER_TOO_LARGE, "the header list of the response is too large");

  private enum State {
    /** The head waits for the next flush: nobody but us knows of the call. */
    UNSENT,
    /** The head is sent. */
    OPEN,
    /** The final response head has come. */
    RESPONDING,
    /** We sent Reset and wait for the peer's terminal frame, which frees the slot. */
    RESET,
    /** Gone from the table. */
    ENDED
  }

  private final RequestHead head;
  private final ResponseSide response;

  // state, confined to the loop
  private State state = State.UNSENT;

  /** A backend may have seen the call. */
  private boolean accepted;

  /**
   * A head with a gRPC status that may be the whole answer: nobody has heard of it yet, and the end
   * may come with it or behind it.
   */
  private @Nullable ResponseHead held;

  /** Of all informational heads so far. */
  private int informationalBytes;

  /** Accepted has come, which a head only implies. */
  private boolean acceptedInWords;

  OutgoingCall(
      TunnelStream stream, long id, RequestHead head, int sendWindow, ResponseSide response) {
    super(stream, id, sendWindow, head.window());
    this.head = head;
    this.response = response;
  }

  @Override
  public void onRequestChunk(ByteBuf data, boolean last) {
    if (state == State.RESET || state == State.ENDED) {
      data.release();
      return;
    }
    queue.add(data);
    lastQueued |= last;
    stream.schedule(this);
  }

  @Override
  public void onResponseConsumed(int bytes) {
    if (state == State.OPEN || state == State.RESPONDING) {
      grantConsumed(bytes);
    }
  }

  @Override
  public void onCancel(CallReset reset) {
    switch (state) {
      case UNSENT -> end();
      case OPEN, RESPONDING -> {
        state = State.RESET;
        close();
        stream.control().reset(id, reset);
      }
      case RESET, ENDED -> {}
    }
  }

  @Override
  boolean writeTo(FrameWriter out) {
    if (state == State.RESET || state == State.ENDED) {
      return false;
    }
    writeHead(out);
    return writeChunk(out, true);
  }

  @Override
  void writeHead(FrameWriter out) {
    if (state == State.UNSENT) {
      state = State.OPEN;
      boolean alone = lastQueued && queue.isEmpty();
      out.requestHead(id, head, alone);
      lastQueued &= !alone;
      lastSent = alone;
    }
  }

  /** Whether the request is sent, and its answer has not begun. */
  boolean awaitsAnswer() {
    return state == State.OPEN && lastSent;
  }

  @Override
  void onQueueDrained(int bytes) {
    response.onRequestConsumed(bytes);
  }

  @Override
  void receiveAccepted(AsciiString upstream, AsciiString backend) throws WireException {
    if (expects(State.OPEN, "Accepted")) {
      if (acceptedInWords) {
        throw new WireException("call " + id + " is accepted twice");
      }
      acceptedInWords = true;
      accepted = true;
      response.onAccepted(upstream, backend);
    }
  }

  @Override
  void receiveHead(ResponseHead responseHead, boolean last) throws WireException {
    if (last && responseHead.isInformational()) {
      throw new WireException("call " + id + " ends with an informational head");
    }
    if (state == State.RESET) {
      if (last) {
        end();
      }
      return;
    }
    expects(State.OPEN, "a response head");
    accepted = true;
    if (responseHead.listBytes() > ResponseHead.MOST_BYTES) {
      if (last) {
        end();
      }
      stop(TOO_LARGE);
      return;
    }
    if (last) {
      end();
    } else if (responseHead.isInformational()) {
      informationalBytes += responseHead.listBytes();
      if (informationalBytes > ResponseHead.MOST_INFORMATIONAL_BYTES) {
        stop(CallReset.failed(CallFailure.BACKEND_RESET, "1xx heads without end"));
        return;
      }
    } else {
      state = State.RESPONDING;
      if (head.headers().isGrpc() && responseHead.fields().contains(GRPC_STATUS)) {
        held = responseHead;
        return;
      }
    }
    response.onHead(responseHead, last);
  }

  /** If the peer has not heard of it, the call may go elsewhere. */
  @Override
  void withdraw(Set<AsciiString> withheld) {
    boolean runs = state != State.RESET && state != State.ENDED;
    if (runs && withheld.contains(head.group())) {
      tellHeld();
      stop(lost(state != State.UNSENT));
    }
  }

  /** Ends the call for both sides. */
  private void stop(CallReset reset) {
    onCancel(reset);
    response.onReset(reset);
  }

  /** The head was not the whole answer. */
  private void tellHeld() {
    ResponseHead first = held;
    if (first != null) {
      held = null;
      response.onHead(first, false);
    }
  }

  @Override
  void receiveChunk(ByteBuf data, boolean last) throws WireException {
    if (state == State.RESET) {
      data.release();
      if (last) {
        end();
      }
      return;
    }
    countReceived(data);
    if (state != State.RESPONDING) {
      data.release();
      throw new WireException("call " + id + " has body bytes before a response head");
    }
    ResponseHead whole = held;
    boolean empty = !data.isReadable();
    if (last) {
      end();
    }
    if (whole != null && empty) {
      data.release();
      if (last) {
        held = null;
        response.onHead(whole, true);
      }
      return;
    }
    tellHeld();
    response.onResponseChunk(data, last);
  }

  @Override
  void receiveTrailers(HeaderFields trailers) throws WireException {
    if (state == State.RESET) {
      end();
      return;
    }
    expects(State.RESPONDING, "trailers");
    end();
    tellHeld();
    if (trailers.listBytes() > ResponseHead.MOST_BYTES) {
      response.onReset(TOO_LARGE);
      return;
    }
    response.onTrailers(trailers);
  }

  @Override
  void receiveReset(CallReset reset) {
    boolean tell = state != State.RESET;
    end();
    if (tell) {
      tellHeld();
      response.onReset(ofPeer(reset));
    }
  }

  @Override
  void tunnelClosed(TunnelException cause) {
    if (state == State.ENDED) {
      // Cancelled before its head was sent, by whoever heard first of the tunnel's end.
      return;
    }
    boolean tell = state != State.RESET;
    // Where the peer's connection has ended, an Accepted would have come before its end; silence
    // proves nothing.
    boolean unsent = state == State.UNSENT;
    boolean processed = accepted || !cause.isConnectionEnd();
    state = State.ENDED;
    close();
    stream.onCallEnded();
    if (tell) {
      tellHeld();
      response.onReset(unsent ? unsent() : lost(processed));
    }
  }

  /**
   * Draining is our own word, for a call that the peer has never heard of: from a peer, who has
   * heard of it, it only says that the call ends with the tunnel.
   */
  private static CallReset ofPeer(CallReset reset) {
    return reset.failure() == CallFailure.DRAINING
        ? new CallReset(
            CallFailure.TUNNEL_LOST, reset.http2Code(), reset.processed(), reset.message())
        : reset;
  }

  /** Not even the agent knows of the call: it may go there again on another tunnel. */
  private static CallReset unsent() {
    return CallReset.unprocessed(
        CallFailure.DRAINING, "the tunnel to the agent takes no more calls");
  }

  /** False for what crossed our Reset; throws for what no peer may send now. */
  private boolean expects(State expected, String what) throws WireException {
    if (state == State.RESET) {
      return false;
    }
    if (state != expected) {
      throw new WireException("call " + id + " has " + what + " in state " + state);
    }
    return true;
  }

  private void end() {
    state = State.ENDED;
    close();
    stream.forget(this);
    stream.onCallEnded();
  }
}
