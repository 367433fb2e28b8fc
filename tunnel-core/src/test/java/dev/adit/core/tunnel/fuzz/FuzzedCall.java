package dev.adit.core.tunnel.fuzz;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallReset;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.RequestSide;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.call.ResponseSide;
import dev.adit.testing.fuzz.FuzzInput;
import dev.adit.testing.tunnel.RequestLog;
import dev.adit.testing.tunnel.ResponseLog;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/** A call of a {@link FuzzedTunnel}, at our end: a caller's or a backend's side that behaves. */
final class FuzzedCall {
  private static final int[] SIZES = {0, 1, 255, 257, 700, 1024, 3000};

  private final long id;
  private final RequestLog request;
  private final ResponseLog response = new ResponseLog();

  // Where our side's events go: one of both.
  private @Nullable RequestSide toBackend;
  private @Nullable ResponseSide toCaller;

  private int consumed;
  private boolean halfClosed;
  private boolean accepted;
  private boolean responding;
  private boolean ended;

  FuzzedCall(long id, boolean requestIsComplete) {
    this.id = id;
    request = new RequestLog(requestIsComplete);
  }

  RequestSide request() {
    return request;
  }

  ResponseSide response() {
    return response;
  }

  /** We have opened it. */
  void opened(RequestSide side) {
    toBackend = side;
  }

  /** The peer has opened it. */
  void arrived(ResponseSide side) {
    toCaller = side;
  }

  private int received() {
    return toBackend == null ? request.body().length : response.body().length;
  }

  /** Whether more has come than the peer was allowed to send. */
  void checkCredit(boolean known, FuzzedPeer peer) {
    if (known && received() > peer.maySend(id)) {
      throw new AssertionError(
          "call " + id + " was given " + received() + " B, allowed are " + peer.maySend(id));
    }
  }

  /** One thing that this side may do now. */
  void act(FuzzInput input, ByteBufAllocator allocator) {
    int bytes = SIZES[input.below(SIZES.length)];
    int move = input.next();
    boolean last = (move & 0x80) != 0;
    int unread = Math.min(bytes, received() - consumed);
    if (toBackend != null) {
      actAsCaller(toBackend, move % 4, bytes, unread, last, allocator);
    } else if (toCaller != null) {
      actAsBackend(toCaller, move % 8, bytes, unread, last, allocator);
    }
  }

  private void actAsCaller(
      RequestSide side, int move, int bytes, int unread, boolean last, ByteBufAllocator allocator) {
    switch (move) {
      case 0, 1 -> {
        if (!halfClosed && !ended) {
          halfClosed = last;
          side.onRequestChunk(allocator.buffer().writeZero(bytes), last);
        }
      }
      case 2 -> {
        if (unread > 0 && !ended) {
          consumed += unread;
          side.onResponseConsumed(unread);
        }
      }
      default -> {
        if (last && !ended && !response.isEnded()) {
          ended = true;
          side.onCancel(CallReset.cancelled());
          // It hears nothing of it any more: any event would fail now.
          response.onReset(CallReset.cancelled());
        }
      }
    }
  }

  private void actAsBackend(
      ResponseSide side,
      int move,
      int bytes,
      int unread,
      boolean last,
      ByteBufAllocator allocator) {
    if (ended || request.cancelled() != null) {
      return;
    }
    switch (move) {
      case 0 -> {
        if (!accepted && !responding) {
          accepted = true;
          side.onAccepted(AsciiString.of("u"), AsciiString.of("b"));
        }
      }
      case 1, 2 -> {
        if (!responding) {
          responding = move == 1;
          ended = responding && last;
          side.onHead(new ResponseHead(responding ? 200 : 103, new HeaderFields()), ended);
        }
      }
      case 3, 4 -> {
        if (responding) {
          ended = last;
          side.onResponseChunk(allocator.buffer().writeZero(bytes), last);
        }
      }
      case 5 -> {
        if (unread > 0) {
          consumed += unread;
          side.onRequestConsumed(unread);
        }
      }
      case 6 -> {
        if (responding) {
          ended = true;
          side.onTrailers(new HeaderFields());
        }
      }
      default -> {
        if (last) {
          ended = true;
          side.onReset(CallReset.failed(CallFailure.BACKEND_RESET, "by the input"));
        }
      }
    }
  }

  /** The tunnel is gone: each side has heard of exactly one end. */
  void checkEnd() {
    if (toBackend != null) {
      assertTrue(response.isEnded(), () -> "a caller without an end: " + response.events());
      return;
    }
    if (!ended) {
      assertNotNull(request.cancelled(), "a backend without an end");
    }
  }
}
