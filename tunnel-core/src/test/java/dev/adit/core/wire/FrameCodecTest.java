package dev.adit.core.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallReset;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.flow.ChunkQueue;
import dev.adit.core.wire.RandomFrames.Case;
import dev.adit.core.wire.SeenFrame.Recorder;
import dev.adit.core.wire.protobuf.WireException;
import dev.adit.proto.v1.Frame;
import dev.adit.proto.v1.TunnelMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.util.AsciiString;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The hand-written half of the codec agrees with the generated classes, both ways. */
final class FrameCodecTest {
  @Property(tries = 1500)
  void generatedClassesReadWhatTheWriterWrites(@ForAll long seed)
      throws InvalidProtocolBufferException {
    List<Frame> expected = new ArrayList<>();
    ByteBuf out = written(seed, expected, new ArrayList<>());
    try {
      assertEquals(expected, TunnelMessage.parseFrom(ByteBufUtil.getBytes(out)).getFramesList());
    } finally {
      out.release();
    }
  }

  @Property(tries = 1500)
  void readerReadsWhatTheWriterWrites(@ForAll long seed) throws WireException {
    List<SeenFrame> expected = new ArrayList<>();
    ByteBuf out = written(seed, new ArrayList<>(), expected);
    try {
      assertEquals(expected, read(new FrameReader(), out));
    } finally {
      out.release();
    }
  }

  @Property(tries = 1500)
  void readerReadsWhatTheGeneratedClassesWrite(@ForAll long seed) throws WireException {
    RandomFrames frames = new RandomFrames(seed);
    FrameReader reader = new FrameReader();
    for (int messages = 1 + frames.below(3); messages > 0; messages--) {
      TunnelMessage.Builder message = TunnelMessage.newBuilder();
      List<SeenFrame> expected = new ArrayList<>();
      for (int i = frames.below(6); i > 0; i--) {
        Case next = frames.anyFrame();
        message.addFrames(next.proto());
        expected.addAll(next.seen());
      }
      assertEquals(expected, read(reader, message.build().toByteArray()));
    }
  }

  @Property(tries = 1500)
  void readerReadsFieldsInAnyOrderAndPassesOverThoseOfLaterVersions(@ForAll long seed)
      throws WireException, InvalidProtocolBufferException {
    RandomFrames frames = new RandomFrames(seed);
    FieldOrder order = new FieldOrder(seed);
    Case next = frames.anyFrame();
    byte[] frame = order.shuffled(next.proto().toByteArray());
    if (next.proto().getRequestId() == 0) {
      return;
    }
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    message.write(0x0a);
    for (int rest = frame.length; ; rest >>>= 7) {
      message.write(rest < 0x80 ? rest : (rest & 0x7f) | 0x80);
      if (rest < 0x80) {
        break;
      }
    }
    message.writeBytes(frame);
    assertEquals(next.seen(), read(new FrameReader(), message.toByteArray()));
    Frame parsed = TunnelMessage.parseFrom(message.toByteArray()).getFrames(0);
    assertEquals(next.proto().getRequestId(), parsed.getRequestId());
  }

  @Property(tries = 500)
  void emptyDataFieldIsNothingUnlessItHalfCloses(@ForAll boolean last) throws WireException {
    byte[] message = {0x0a, last ? (byte) 7 : 5, 0x08, 3, (byte) 0x82, 1, 0, 0x78, 1};
    byte[] bytes = last ? message : java.util.Arrays.copyOf(message, 7);
    assertEquals(
        last ? List.of(new SeenFrame("chunk", 3, ByteString.EMPTY, true)) : List.of(),
        read(new FrameReader(), bytes));
  }

  /** Each is kept as long as its call runs. */
  @Example
  void textsForPeopleAreKeptUpToALimit() throws WireException {
    AsciiString text = AsciiString.of("u".repeat(5000));
    ByteBuf out = Unpooled.buffer();
    FrameWriter writer = new FrameWriter(out);
    writer.accepted(1, text, AsciiString.of("b"));
    writer.reset(1, CallReset.failed(CallFailure.BACKEND_RESET, text.toString()));
    try {
      String kept = "u".repeat(FrameLimits.MOST_SHOWN_BYTES);
      List<SeenFrame> seen = read(new FrameReader(), out);
      assertEquals(List.of(AsciiString.of(kept), AsciiString.of("b")), seen.get(0).value());
      assertEquals(CallReset.failed(CallFailure.BACKEND_RESET, kept), seen.get(1).value());
    } finally {
      out.release();
    }
  }

  /** A message of all that the writer can write. */
  private static ByteBuf written(long seed, List<Frame> protos, List<SeenFrame> seen) {
    RandomFrames frames = new RandomFrames(seed);
    ByteBuf out = Unpooled.buffer();
    for (int i = frames.below(8); i > 0; i--) {
      SeenFrame next = frames.anyFrame().seen().stream().findFirst().orElse(null);
      if (next == null) {
        continue;
      }
      write(out, next);
      seen.add(next);
      protos.add(
          next.kind().equals("control")
              ? (Frame) next.value()
              : RandomFrames.toProto(next).build());
    }
    return out;
  }

  /** Writes what was read. */
  static void write(ByteBuf out, SeenFrame frame) {
    long id = frame.id();
    switch (frame.kind()) {
      case "control" -> new FrameWriter(out).control((Frame) frame.value());
      case "request head" ->
          new FrameWriter(out).requestHead(id, (RequestHead) frame.value(), frame.last());
      case "response head" ->
          new FrameWriter(out).responseHead(id, (ResponseHead) frame.value(), frame.last());
      case "trailers" -> new FrameWriter(out).trailers(id, (HeaderFields) frame.value());
      case "accepted" -> {
        List<?> texts = (List<?>) frame.value();
        new FrameWriter(out).accepted(id, (AsciiString) texts.get(0), (AsciiString) texts.get(1));
      }
      case "heartbeat" -> new FrameWriter(out).heartbeat((Heartbeat) frame.value());
      case "reset" -> new FrameWriter(out).reset(id, (CallReset) frame.value());
      case "credit" -> new FrameWriter(out).credit(id, (Integer) frame.value());
      case "chunk" -> writeChunk(out, frame);
      default -> throw new IllegalArgumentException(frame.kind());
    }
  }

  private static void writeChunk(ByteBuf out, SeenFrame frame) {
    ByteString data = (ByteString) frame.value();
    ChunkQueue queue = new ChunkQueue();
    queue.add(PooledByteBufAllocator.DEFAULT.buffer().writeBytes(data.toByteArray()));
    new FrameWriter(out).chunk(frame.id(), queue, data.size(), frame.last());
    assertEquals(0, queue.bytes());
    assertFalse(!queue.isEmpty());
  }

  private static List<SeenFrame> read(FrameReader reader, byte[] bytes) throws WireException {
    ByteBuf message = Unpooled.wrappedBuffer(bytes);
    try {
      return read(reader, message);
    } finally {
      message.release();
    }
  }

  private static List<SeenFrame> read(FrameReader reader, ByteBuf message) throws WireException {
    Recorder recorder = new Recorder();
    reader.read(message, recorder);
    assertEquals(0, message.readableBytes());
    assertEquals(1, message.refCnt());
    return recorder.seen;
  }
}
