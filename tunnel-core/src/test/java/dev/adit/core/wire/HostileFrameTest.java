package dev.adit.core.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.sun.management.ThreadMXBean;
import dev.adit.core.wire.SeenFrame.Recorder;
import dev.adit.core.wire.protobuf.WireException;
import dev.adit.proto.v1.Frame;
import dev.adit.proto.v1.ResponseHead;
import dev.adit.proto.v1.Trailers;
import dev.adit.proto.v1.TunnelMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** A peer that sends anything at all gets {@link WireException} or is understood, nothing else. */
final class HostileFrameTest {
  private static final int MIB = 1 << 20;

  @Property(tries = 3000)
  void anyBytesAreReadOrRefused(@ForAll long seed) {
    RandomFrames frames = new RandomFrames(seed);
    isReadOrRefused(frames.bytes(400));
  }

  @Property(tries = 3000)
  void mutatedMessagesAreReadOrRefused(@ForAll long seed) {
    RandomFrames frames = new RandomFrames(seed);
    TunnelMessage.Builder message = TunnelMessage.newBuilder();
    for (int i = 0; i < 3; i++) {
      message.addFrames(frames.anyFrame().proto());
    }
    byte[] bytes = message.build().toByteArray();
    Random random = new Random(seed);
    for (int i = 1 + random.nextInt(8); i > 0; i--) {
      bytes[random.nextInt(bytes.length)] = (byte) (random.nextBoolean() ? random.nextInt() : 0xff);
    }
    isReadOrRefused(bytes);
  }

  @Property(tries = 1000)
  void messagesCutAnywhereAreReadOrRefused(@ForAll long seed) {
    RandomFrames frames = new RandomFrames(seed);
    byte[] bytes =
        TunnelMessage.newBuilder().addFrames(frames.anyFrame().proto()).build().toByteArray();
    isReadOrRefused(Arrays.copyOf(bytes, new Random(seed).nextInt(bytes.length + 1)));
  }

  @Example
  void numberThatIsCutOffIsRefused() {
    refuses(0x0a, 0x80);
    refuses(0x0a, 0x02, 0x08, 0x81);
  }

  @Example
  void numberOfMoreThanTenBytesIsRefused() {
    refuses(0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01);
  }

  @Example
  void lengthBeyondTheEndIsRefused() {
    refuses(0x0a, 0x05, 0x08, 0x01);
    // The frame ends before its data does; the message goes on.
    refuses(0x0a, 0x06, 0x08, 0x01, 0x82, 0x01, 0x04, 0x00, 0x0a, 0x02, 0x08, 0x01);
  }

  @Example
  void numberThatPassesTheEndOfItsFrameIsRefused() {
    refuses(0x0a, 0x02, 0x08, 0x81, 0x01);
  }

  @Example
  void negativeAndHugeLengthsAreRefused() {
    refuses(0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01);
    refuses(0x0a, 0xff, 0xff, 0xff, 0xff, 0x07);
    refuses(0x0a, 0x80, 0x80, 0x80, 0x80, 0x10);
  }

  @Example
  void unknownWireTypesAreRefused() {
    refuses(0x0b);
    refuses(0x0e);
    refuses(0x0a, 0x03, 0x08, 0x01, 0x1f);
  }

  @Example
  void idBeyondALongIsRefused() {
    refuses(Frame.newBuilder().setRequestId(-1).setCredit(1));
  }

  @Example
  void creditOfNothingOrOfMoreThanAnIntIsRefused() {
    refuses(Frame.newBuilder().setRequestId(1).setCredit(0));
    refuses(Frame.newBuilder().setRequestId(1).setCredit(-1));
  }

  @Example
  void controlFrameWithACallsIdIsRefused() {
    refuses(
        Frame.newBuilder().setRequestId(1).setDrain(dev.adit.proto.v1.Drain.getDefaultInstance()));
  }

  @Example
  void trailersWithDataAreRefused() {
    refuses(
        Frame.newBuilder()
            .setRequestId(1)
            .setTrailers(Trailers.getDefaultInstance())
            .setData(RandomFrames.utf8("x")));
  }

  @Example
  void chunkBeyondItsLimitIsRefused() {
    refuses(
        Frame.newBuilder()
            .setRequestId(1)
            .setData(ByteString.copyFrom(new byte[FrameLimits.LARGEST_CHUNK_BYTES + 1])));
  }

  @Example
  void headWithoutAWindowOrAStatusIsRefused() {
    refuses(
        Frame.newBuilder()
            .setRequestId(1)
            .setRequestHead(dev.adit.proto.v1.RequestHead.getDefaultInstance()));
    refuses(
        Frame.newBuilder()
            .setRequestId(1)
            .setResponseHead(ResponseHead.newBuilder().setStatus(99)));
    refuses(
        Frame.newBuilder()
            .setRequestId(1)
            .setResponseHead(ResponseHead.newBuilder().setStatus(1000)));
  }

  @Example
  void headerFieldWithoutANameIsRefused() {
    refuses(
        Frame.newBuilder()
            .setRequestId(1)
            .setTrailers(
                Trailers.newBuilder()
                    .addHeaders(
                        dev.adit.proto.v1.Header.newBuilder().setValue(RandomFrames.utf8("x")))));
  }

  @Example
  void reasonOfALaterVersionIsABackendsReset() throws WireException {
    Recorder recorder = new Recorder();
    read(
        TunnelMessage.newBuilder()
            .addFrames(
                Frame.newBuilder()
                    .setRequestId(1)
                    .setReset(dev.adit.proto.v1.Reset.newBuilder().setReason("new").setCode(7)))
            .build()
            .toByteArray(),
        recorder);
    assertEquals(
        new dev.adit.core.call.CallReset(
            dev.adit.core.call.CallFailure.BACKEND_RESET, 7, false, ""),
        recorder.seen.get(0).value());
  }

  @Example
  void largestMessageOfSmallestPartsCostsNoMoreThanAFewTimesItsSize() {
    byte[] smallestHeader = {0x0a, 0x03, 0x0a, 0x01, 'a'};
    ByteArrayOutputStream headers = new ByteArrayOutputStream();
    for (int i = 0; i < 4 * MIB / smallestHeader.length - 10; i++) {
      headers.writeBytes(smallestHeader);
    }
    byte[] message = nested(0x0a, new byte[] {0x08, 0x01}, nested(0x5a, new byte[0], headers));
    assertTrue(message.length < FrameLimits.LARGEST_MESSAGE_BYTES, () -> "" + message.length);
    costsAtMost(40L * message.length, message);

    byte[] emptyFrames = new byte[4 * MIB - 2];
    for (int i = 0; i < emptyFrames.length; i += 2) {
      emptyFrames[i] = 0x0a;
    }
    // Garbage of one frame after the other, never held.
    costsAtMost(200L * emptyFrames.length, emptyFrames);
  }

  private static byte[] nested(int tag, byte[] before, ByteArrayOutputStream inner) {
    return nested(tag, before, inner.toByteArray());
  }

  private static byte[] nested(int tag, byte[] before, byte[] inner) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int length = before.length + inner.length;
    bytes.write(tag);
    bytes.write((length & 0x7f) | 0x80);
    bytes.write(((length >>> 7) & 0x7f) | 0x80);
    bytes.write(((length >>> 14) & 0x7f) | 0x80);
    bytes.write(length >>> 21);
    bytes.writeBytes(before);
    bytes.writeBytes(inner);
    return bytes.toByteArray();
  }

  private static void costsAtMost(long bytes, byte[] message) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    ByteBuf in = Unpooled.wrappedBuffer(message);
    try {
      long before = threads.getCurrentThreadAllocatedBytes();
      new FrameReader().read(in, new Nothing());
      long spent = threads.getCurrentThreadAllocatedBytes() - before;
      assertTrue(spent <= bytes, () -> spent + " bytes for a message of " + message.length);
    } catch (WireException e) {
      throw new AssertionError(e);
    } finally {
      in.release();
    }
  }

  private static void refuses(Frame.Builder frame) {
    byte[] bytes = TunnelMessage.newBuilder().addFrames(frame).build().toByteArray();
    assertThrows(WireException.class, () -> read(bytes, new Recorder()));
  }

  private static void refuses(int... message) {
    byte[] bytes = new byte[message.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) message[i];
    }
    assertThrows(WireException.class, () -> read(bytes, new Recorder()));
  }

  private static void isReadOrRefused(byte[] bytes) {
    try {
      read(bytes, new Recorder());
    } catch (WireException e) {
      assertTrue(e.getMessage() != null && !e.getMessage().isEmpty());
    }
  }

  private static void read(byte[] bytes, Recorder recorder) throws WireException {
    ByteBuf message = Unpooled.wrappedBuffer(bytes);
    try {
      new FrameReader().read(message, recorder);
    } finally {
      assertEquals(1, message.refCnt());
      message.release();
    }
  }

  /** Looks at nothing. */
  private static final class Nothing implements FrameHandler {
    @Override
    public void onControl(Frame frame) {}

    @Override
    public void onHeartbeat(Heartbeat heartbeat) {}

    @Override
    public void onRequestHead(long id, RequestHead head, boolean last) {}

    @Override
    public void onResponseHead(long id, dev.adit.core.call.ResponseHead head, boolean last) {}

    @Override
    public void onTrailers(long id, dev.adit.core.call.HeaderFields trailers) {}

    @Override
    public void onAccepted(
        long id, io.netty.util.AsciiString upstream, io.netty.util.AsciiString backend) {}

    @Override
    public void onReset(long id, dev.adit.core.call.CallReset reset) {}

    @Override
    public void onCredit(long id, int bytes) {}

    @Override
    public void onChunk(long id, ByteBuf data, boolean last) {
      data.release();
    }
  }
}
