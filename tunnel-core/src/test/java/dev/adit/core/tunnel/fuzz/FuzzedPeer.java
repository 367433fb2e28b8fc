package dev.adit.core.tunnel.fuzz;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.adit.core.call.CallReset;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.wire.FrameHandler;
import dev.adit.core.wire.FrameReader;
import dev.adit.core.wire.RequestHead;
import dev.adit.core.wire.protobuf.WireException;
import dev.adit.proto.v1.Accepted;
import dev.adit.proto.v1.Drain;
import dev.adit.proto.v1.Frame;
import dev.adit.proto.v1.Header;
import dev.adit.proto.v1.Heartbeat;
import dev.adit.proto.v1.Hello;
import dev.adit.proto.v1.Refusal;
import dev.adit.proto.v1.Reset;
import dev.adit.proto.v1.Trailers;
import dev.adit.testing.fuzz.FuzzInput;
import dev.adit.testing.tunnel.MemoryTransport;
import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The other end of a {@link FuzzedTunnel}: sends any frame at any time, and holds what it is sent
 * to the protocol.
 */
final class FuzzedPeer implements FrameHandler {
  private static final int IDS = 10;
  private static final int[] SIZES = {0, 1, 100, 255, 256, 257, 600, 1024, 1025, 4096, 16384};

  /** Made once: what an execution allocates is held against its input. */
  private static final List<ByteString> BODIES =
      IntStream.of(SIZES).mapToObj(size -> ByteString.copyFrom(new byte[size])).toList();

  private static final String[] REASONS = {"", "no-agent", "backend-reset", "made-up"};

  // deps
  private final FuzzInput input;
  private final boolean toServer;
  private final int initialWindow;

  // state
  private final Map<Long, Long> mayBeSent = new HashMap<>();
  private final Map<Long, Long> maySend = new HashMap<>();
  private final Set<Long> halfClosed = new HashSet<>();
  private final Set<Long> over = new HashSet<>();
  private final ArrayDeque<Long> opening = new ArrayDeque<>();

  FuzzedPeer(FuzzInput input, boolean toServer, int initialWindow) {
    this.input = input;
    this.toServer = toServer;
    this.initialWindow = initialWindow;
  }

  /** A frame of this kind. */
  Frame frame(int kind) {
    if (kind == 6) {
      return control();
    }
    Frame.Builder frame = Frame.newBuilder().setRequestId(id());
    switch (kind) {
      case 0 ->
          frame.setRequestHead(
              dev.adit.proto.v1.RequestHead.newBuilder()
                  .setPath(text("/s/m"))
                  .setWindow(SIZES[input.below(SIZES.length)]));
      case 1 ->
          frame.setResponseHead(
              dev.adit.proto.v1.ResponseHead.newBuilder()
                  .setStatus(input.flag() ? 200 : 100 + input.below(20) * 50));
      case 2 -> frame.setTrailers(Trailers.newBuilder().addHeaders(header()));
      case 3 -> frame.setAccepted(Accepted.newBuilder().setBackend("b"));
      case 4 ->
          frame.setReset(
              Reset.newBuilder()
                  .setReason(REASONS[input.below(REASONS.length)])
                  .setCode(input.next())
                  .setProcessed(input.flag()));
      default -> {
        if (input.below(4) == 0) {
          frame.setCredit(input.flag() ? Integer.MAX_VALUE : SIZES[input.below(SIZES.length)]);
        }
      }
    }
    int rest = input.next();
    if ((rest & 1) == 1) {
      frame.setData(BODIES.get((rest >> 2) % SIZES.length));
    }
    return frame.setLastChunk((rest & 2) == 2).build();
  }

  /** Mostly the ids that this side may use. */
  private long id() {
    int choice = input.next();
    if (choice >= 250) {
      return choice == 255 ? Long.MAX_VALUE : 1000L + choice;
    }
    return 1L + choice % IDS;
  }

  private Frame control() {
    Frame.Builder frame = Frame.newBuilder();
    switch (input.below(6)) {
      case 0, 1 ->
          frame.setHeartbeat(
              Heartbeat.newBuilder()
                  .setToken(input.next())
                  .setEcho(input.below(16) - 2)
                  .setEchoDelayUs(input.flag() ? input.next() : -1L)
                  .setAtOnce(input.flag()));
      case 2 -> frame.setDrain(Drain.newBuilder().setReason("enough"));
      case 3 -> frame.setHello(Hello.getDefaultInstance());
      case 4 -> frame.setRefusal(Refusal.getDefaultInstance());
      default -> frame.setLastChunk(true);
    }
    return frame.build();
  }

  private static Header header() {
    return Header.newBuilder().setName(text("grpc-status")).setValue(text("0")).build();
  }

  private static ByteString text(String text) {
    return ByteString.copyFromUtf8(text);
  }

  /** Notes what a message allows and opens, before it is delivered. */
  void sending(ByteBuf message) {
    opening.clear();
    try {
      new FrameReader().read(message.duplicate(), new Allowances());
    } catch (WireException e) {
      // What stands before the fault counts all the same.
    }
  }

  /** The id of the call that is opened next by the message under way. */
  long nextOpened() {
    return opening.remove();
  }

  /** Bytes of this call that the peer has been allowed to send. */
  long maySend(long id) {
    return maySend.getOrDefault(id, toServer ? 0L : initialWindow);
  }

  /** Reads what was sent to it. */
  void read(MemoryTransport transport) throws WireException {
    for (ByteBuf message = transport.take(); message != null; message = transport.take()) {
      try {
        new FrameReader().read(message, this);
      } finally {
        message.release();
      }
    }
  }

  @Override
  public void onControl(Frame frame) {
    assertTrue(frame.hasDrain(), frame::toString);
  }

  @Override
  public void onHeartbeat(dev.adit.core.wire.Heartbeat heartbeat) {}

  @Override
  public void onRequestHead(long id, RequestHead head, boolean last) {
    assertTrue(toServer && maySend.put(id, (long) head.window()) == null, "opened twice");
    mayBeSent.merge(id, (long) initialWindow, Long::sum);
    sent(id, last, false);
  }

  @Override
  public void onResponseHead(long id, ResponseHead head, boolean last) {
    sent(id, last, last);
  }

  @Override
  public void onTrailers(long id, HeaderFields trailers) {
    sent(id, true, true);
  }

  @Override
  public void onAccepted(long id, AsciiString upstream, AsciiString backend) {
    sent(id, false, false);
  }

  @Override
  public void onReset(long id, CallReset reset) {
    assertTrue(over.add(id), "two terminal frames");
  }

  @Override
  public void onCredit(long id, int bytes) {
    assertFalse(over.contains(id), "credit after the terminal frame");
    maySend.merge(id, maySend(id) + bytes, (before, now) -> now);
  }

  @Override
  public void onChunk(long id, ByteBuf data, boolean last) {
    int bytes = data.readableBytes();
    data.release();
    sent(id, last, last && !toServer);
    long left = mayBeSent.merge(id, (long) -bytes, Long::sum);
    assertTrue(left >= 0, () -> "call " + id + " exceeds its credit by " + -left);
  }

  private void sent(long id, boolean last, boolean terminal) {
    assertFalse(over.contains(id), "a frame after the terminal frame");
    assertFalse(halfClosed.contains(id), "a frame after the half-close");
    if (last) {
      halfClosed.add(id);
    }
    if (terminal) {
      over.add(id);
    }
  }

  /** Credits and windows in what the peer sends. */
  private final class Allowances implements FrameHandler {
    @Override
    public void onControl(Frame frame) {}

    @Override
    public void onHeartbeat(dev.adit.core.wire.Heartbeat heartbeat) {}

    @Override
    public void onRequestHead(long id, RequestHead head, boolean last) {
      opening.add(id);
      mayBeSent.merge(id, (long) head.window(), Long::sum);
    }

    @Override
    public void onResponseHead(long id, ResponseHead head, boolean last) {}

    @Override
    public void onTrailers(long id, HeaderFields trailers) {}

    @Override
    public void onAccepted(long id, AsciiString upstream, AsciiString backend) {}

    @Override
    public void onReset(long id, CallReset reset) {}

    @Override
    public void onCredit(long id, int bytes) {
      mayBeSent.merge(id, (long) bytes, Long::sum);
    }

    @Override
    public void onChunk(long id, ByteBuf data, boolean last) {
      data.release();
    }
  }
}
