package dev.adit.bench.tunnel;

import dev.adit.core.call.CallReset;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.RequestSide;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.call.ResponseSide;
import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/** A call at the server's end, whose caller takes the response at once. */
final class AwaitedCall implements ResponseSide {
  private @Nullable RequestSide request;
  private boolean ended;

  void attach(RequestSide side) {
    request = side;
  }

  boolean hasEnded() {
    return ended;
  }

  @Override
  public void onAccepted(AsciiString upstream, AsciiString backend) {}

  @Override
  public void onHead(ResponseHead head, boolean last) {}

  @Override
  public void onResponseChunk(ByteBuf data, boolean last) {
    int bytes = data.readableBytes();
    data.release();
    if (request != null) {
      request.onResponseConsumed(bytes);
    }
  }

  @Override
  public void onTrailers(HeaderFields trailers) {
    ended = true;
  }

  @Override
  public void onRequestConsumed(int bytes) {}

  @Override
  public void onReset(CallReset reset) {
    throw new IllegalStateException(reset.message());
  }
}
