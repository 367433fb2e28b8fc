package dev.adit.core.wire;

import dev.adit.core.call.CallReset;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.wire.protobuf.WireException;
import dev.adit.proto.v1.Frame;
import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;

/**
 * Takes the frames of one tunnel stream, in order. A method that throws {@link WireException} ends
 * the tunnel; the frames after it are not delivered.
 */
public interface FrameHandler {
  /** A frame of the tunnel itself (request_id 0) that is no heartbeat. */
  void onControl(Frame frame) throws WireException;

  void onHeartbeat(Heartbeat heartbeat) throws WireException;

  void onRequestHead(long id, RequestHead head, boolean last) throws WireException;

  void onResponseHead(long id, ResponseHead head, boolean last) throws WireException;

  void onTrailers(long id, HeaderFields trailers) throws WireException;

  void onAccepted(long id, AsciiString upstream, AsciiString backend) throws WireException;

  void onReset(long id, CallReset reset) throws WireException;

  void onCredit(long id, int bytes) throws WireException;

  /**
   * Body bytes, or a bare half-close.
   *
   * @param data may be empty; ownership passes to this method, also if it throws
   */
  void onChunk(long id, ByteBuf data, boolean last) throws WireException;
}
