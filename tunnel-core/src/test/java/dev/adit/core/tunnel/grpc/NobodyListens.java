package dev.adit.core.tunnel.grpc;

import dev.adit.core.call.RequestSide;
import dev.adit.core.call.ResponseSide;
import dev.adit.core.tunnel.TunnelException;
import dev.adit.core.tunnel.TunnelListener;
import dev.adit.core.wire.RequestHead;
import dev.adit.proto.v1.Drain;
import dev.adit.proto.v1.Frame;

/** Hears of a tunnel of which only its connection matters. */
final class NobodyListens implements TunnelListener {
  @Override
  public void onControl(Frame frame) {}

  @Override
  public RequestSide onCall(RequestHead head, boolean last, ResponseSide response)
      throws TunnelException {
    throw new TunnelException("protocol", "an agent opened a call");
  }

  @Override
  public void onCallEnded() {}

  @Override
  public void onDrain(Drain drain) {}

  @Override
  public void onQuiet(boolean quiet) {}

  @Override
  public void onClosed(TunnelException cause) {}
}
