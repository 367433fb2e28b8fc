package dev.adit.bench.tunnel;

import dev.adit.bench.call.UsualCall;
import dev.adit.core.call.CallReset;
import dev.adit.core.call.RequestSide;
import dev.adit.core.call.ResponseSide;
import io.netty.buffer.ByteBuf;

/** A call at the agent's end that is answered by one message as soon as its request is there. */
final class ServedCall implements RequestSide {
  // deps
  private final ResponseSide response;
  private final ByteBuf answer;

  /**
   * @param answer borrowed; sent by a duplicate
   */
  ServedCall(ResponseSide response, ByteBuf answer) {
    this.response = response;
    this.answer = answer;
  }

  @Override
  public void onRequestChunk(ByteBuf data, boolean last) {
    int bytes = data.readableBytes();
    data.release();
    response.onAccepted(UsualCall.UPSTREAM, UsualCall.BACKEND);
    response.onRequestConsumed(bytes);
    response.onHead(UsualCall.RESPONSE, false);
    response.onResponseChunk(answer.retainedDuplicate(), false);
    response.onTrailers(UsualCall.TRAILERS);
  }

  @Override
  public void onResponseConsumed(int bytes) {}

  @Override
  public void onCancel(CallReset reset) {
    throw new IllegalStateException(reset.message());
  }
}
