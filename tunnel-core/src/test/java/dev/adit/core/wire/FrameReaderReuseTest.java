package dev.adit.core.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.ByteString;
import dev.adit.core.call.CallReset;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.wire.protobuf.WireException;
import dev.adit.proto.v1.Frame;
import dev.adit.proto.v1.RequestHead;
import dev.adit.proto.v1.TunnelMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FrameReaderReuseTest {
  private final FrameReader reader = new FrameReader();
  private final Names handler = new Names();

  /** One reader serves a tunnel for its whole life: nothing of a message may count for the next. */
  @Test
  void aShortMessageAfterALongOneIsReadFromItsOwnStart() throws WireException {
    ByteString path = ByteString.copyFromUtf8("/p.S/" + "m".repeat(200));
    Frame credit = Frame.newBuilder().setRequestId(1).setCredit(1000).build();
    Frame head =
        Frame.newBuilder()
            .setRequestId(3)
            .setRequestHead(RequestHead.newBuilder().setPath(path).setWindow(1000))
            .build();
    Frame chunk = Frame.newBuilder().setRequestId(3).setData(ByteString.copyFromUtf8("x")).build();

    // The second head stands past the end of either message that follows.
    read(head, head.toBuilder().setRequestId(5).build());
    read(credit);
    read(chunk);

    assertEquals(List.of("head 3", "head 5", "credit 1", "chunk 3"), handler.seen);
  }

  private void read(Frame... frames) throws WireException {
    ByteBuf message =
        Unpooled.wrappedBuffer(
            TunnelMessage.newBuilder().addAllFrames(List.of(frames)).build().toByteArray());
    try {
      reader.read(message, handler);
    } finally {
      message.release();
    }
  }

  /** Keeps what was seen, by name and id. */
  private static final class Names implements FrameHandler {
    private final List<String> seen = new ArrayList<>();

    @Override
    public void onControl(Frame frame) {
      seen.add("control");
    }

    @Override
    public void onHeartbeat(Heartbeat heartbeat) {
      seen.add("heartbeat");
    }

    @Override
    public void onRequestHead(long id, dev.adit.core.wire.RequestHead head, boolean last) {
      seen.add("head " + id);
    }

    @Override
    public void onResponseHead(long id, ResponseHead head, boolean last) {
      seen.add("response " + id);
    }

    @Override
    public void onTrailers(long id, HeaderFields trailers) {
      seen.add("trailers " + id);
    }

    @Override
    public void onAccepted(long id, AsciiString upstream, AsciiString backend) {
      seen.add("accepted " + id);
    }

    @Override
    public void onReset(long id, CallReset reset) {
      seen.add("reset " + id);
    }

    @Override
    public void onCredit(long id, int bytes) {
      seen.add("credit " + id);
    }

    @Override
    public void onChunk(long id, ByteBuf data, boolean last) {
      data.release();
      seen.add("chunk " + id);
    }
  }
}
