package dev.adit.core.wire;

import com.google.protobuf.ByteString;
import dev.adit.core.call.CallReset;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.ResponseHead;
import dev.adit.proto.v1.Frame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;

/** What a reader told its handler: one event. */
record SeenFrame(String kind, long id, Object value, boolean last) {
  /** Writes down every event. */
  static final class Recorder implements FrameHandler {
    final List<SeenFrame> seen = new ArrayList<>();

    private void saw(String kind, long id, Object value, boolean last) {
      seen.add(new SeenFrame(kind, id, value, last));
    }

    @Override
    public void onControl(Frame frame) {
      saw("control", 0, frame, false);
    }

    @Override
    public void onHeartbeat(Heartbeat heartbeat) {
      saw("heartbeat", 0, heartbeat, false);
    }

    @Override
    public void onRequestHead(long id, RequestHead head, boolean last) {
      saw("request head", id, head, last);
    }

    @Override
    public void onResponseHead(long id, ResponseHead head, boolean last) {
      saw("response head", id, head, last);
    }

    @Override
    public void onTrailers(long id, HeaderFields trailers) {
      saw("trailers", id, trailers, false);
    }

    @Override
    public void onAccepted(long id, AsciiString upstream, AsciiString backend) {
      saw("accepted", id, List.of(upstream, backend), false);
    }

    @Override
    public void onReset(long id, CallReset reset) {
      saw("reset", id, reset, false);
    }

    @Override
    public void onCredit(long id, int bytes) {
      saw("credit", id, bytes, false);
    }

    @Override
    public void onChunk(long id, ByteBuf data, boolean last) {
      saw("chunk", id, ByteString.copyFrom(ByteBufUtil.getBytes(data)), last);
      data.release();
    }
  }
}
