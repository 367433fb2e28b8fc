package dev.adit.core.tunnel;

import dev.adit.core.call.RequestSide;
import dev.adit.core.call.ResponseSide;
import dev.adit.core.wire.RequestHead;
import dev.adit.proto.v1.Drain;
import dev.adit.proto.v1.Frame;

/** What an end of a tunnel hears of it. Called on the loop of the tunnel stream. */
public interface TunnelListener {
  /**
   * A frame of the tunnel itself other than heartbeats and drain.
   *
   * @throws TunnelException if the frame is out of place; ends the tunnel
   */
  void onControl(Frame frame) throws TunnelException;

  /**
   * The peer opens a call.
   *
   * @param response where its response goes
   * @return where its request goes
   * @throws TunnelException if this end takes no calls; ends the tunnel
   */
  RequestSide onCall(RequestHead head, boolean last, ResponseSide response) throws TunnelException;

  /** A call that we opened has ended on this tunnel: its slot is free. */
  void onCallEnded();

  /** The peer opens nothing more here. */
  void onDrain(Drain drain);

  /**
   * The peer has become quiet, or is heard again: it has missed a heartbeat and said nothing else.
   */
  void onQuiet(boolean quiet);

  /** The tunnel has ended; every call on it has been told. Comes once, last. */
  void onClosed(TunnelException cause);
}
