package dev.adit.server.dispatch.placement;

import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.CallReset;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.RequestSide;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.call.ResponseSide;
import dev.adit.core.tunnel.TunnelStream;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A call whose home loop is not the tunnel's: each event hops once, in order, and every object
 * stays confined to its own loop. The only place where two loops meet.
 */
final class CrossLoop {
  private static final Logger log = LoggerFactory.getLogger(CrossLoop.class);

  private CrossLoop() {}

  /** As {@link TunnelStream#open}, called from {@code home}; the response's events arrive there. */
  static RequestSide open(
      TunnelStream stream,
      EventLoop home,
      CallHeaders headers,
      AsciiString group,
      AsciiString rule,
      int attempt,
      ResponseSide response) {
    assert home.inEventLoop();
    ResponseSide back = new Response(home, response);
    Request request = new Request(stream.loop(), back);
    stream.loop().execute(() -> request.side = stream.open(headers, group, rule, attempt, back));
    return request;
  }

  /** Lives on the home loop; its side on the tunnel's. */
  private static final class Request implements RequestSide {
    private final EventLoop tunnel;
    private final ResponseSide back;

    // state, confined to the tunnel's loop
    private @Nullable RequestSide side;

    Request(EventLoop tunnel, ResponseSide back) {
      this.tunnel = tunnel;
      this.back = back;
    }

    private RequestSide side() {
      RequestSide opened = side;
      if (opened == null) {
        throw new IllegalStateException("the call is not open");
      }
      return opened;
    }

    @Override
    public void onRequestChunk(ByteBuf data, boolean last) {
      tunnel.execute(() -> take(data, last));
    }

    /** A loop only logs what a task throws, and the request would go on without the chunk. */
    private void take(ByteBuf data, boolean last) {
      RequestSide opened = side();
      try {
        opened.onRequestChunk(data, last);
      } catch (RuntimeException | LinkageError | VirtualMachineError e) {
        log.error("a call ends by a fault of ours", e);
        CallReset reset =
            CallReset.failed(CallFailure.TUNNEL_LOST, "a chunk of the request was lost");
        opened.onCancel(reset);
        back.onReset(reset);
      }
    }

    @Override
    public void onResponseConsumed(int bytes) {
      tunnel.execute(() -> side().onResponseConsumed(bytes));
    }

    @Override
    public void onCancel(CallReset reset) {
      tunnel.execute(() -> side().onCancel(reset));
    }
  }

  /** Called on the tunnel's loop; its side lives on the home loop. */
  private record Response(EventLoop home, ResponseSide side) implements ResponseSide {
    @Override
    public void onAccepted(AsciiString upstream, AsciiString backend) {
      home.execute(() -> side.onAccepted(upstream, backend));
    }

    @Override
    public void onHead(ResponseHead head, boolean last) {
      home.execute(() -> side.onHead(head, last));
    }

    @Override
    public void onResponseChunk(ByteBuf data, boolean last) {
      home.execute(() -> side.onResponseChunk(data, last));
    }

    @Override
    public void onTrailers(HeaderFields trailers) {
      home.execute(() -> side.onTrailers(trailers));
    }

    @Override
    public void onRequestConsumed(int bytes) {
      home.execute(() -> side.onRequestConsumed(bytes));
    }

    @Override
    public void onReset(CallReset reset) {
      home.execute(() -> side.onReset(reset));
    }
  }
}
