package dev.adit.server.dispatch.placement;

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

/**
 * A call whose home loop is not the tunnel's: each event hops once, in order, and every object
 * stays confined to its own loop. The only place where two loops meet.
 */
final class CrossLoop {
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
    Request request = new Request(stream.loop());
    ResponseSide back = new Response(home, response);
    stream.loop().execute(() -> request.side = stream.open(headers, group, rule, attempt, back));
    return request;
  }

  /** Lives on the home loop; its side on the tunnel's. */
  private static final class Request implements RequestSide {
    private final EventLoop tunnel;

    // state, confined to the tunnel's loop
    private @Nullable RequestSide side;

    Request(EventLoop tunnel) {
      this.tunnel = tunnel;
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
      tunnel.execute(() -> side().onRequestChunk(data, last));
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
