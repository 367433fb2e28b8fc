package dev.adit.core.tunnel.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.call.RequestSide;
import dev.adit.core.call.ResponseSide;
import dev.adit.core.tunnel.PromisedCredit;
import dev.adit.core.tunnel.TunnelException;
import dev.adit.core.tunnel.TunnelListener;
import dev.adit.core.tunnel.TunnelStream;
import dev.adit.core.wire.RequestHead;
import dev.adit.proto.v1.Drain;
import dev.adit.proto.v1.Frame;
import dev.adit.proto.v1.TunnelMessage;
import dev.adit.testing.fuzz.FuzzInput;
import dev.adit.testing.tunnel.HandLoop;
import dev.adit.testing.tunnel.MemoryTransport;
import dev.adit.testing.tunnel.TunnelPair;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufOutputStream;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.AsciiString;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One end of a tunnel whose peer, whose callers or backends, whose network and whose clock do what
 * the input says. Our own side keeps to its contract; the peer does not.
 */
final class FuzzedTunnel implements TunnelListener {
  private static final int MAX_STEPS = 400;
  private static final int MAX_CALLS = 8;

  // deps
  private final FuzzInput input;
  private final boolean server;
  private final HandLoop hand = new HandLoop();
  private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false, true);
  private final MemoryTransport transport = new MemoryTransport();
  private final TunnelStream stream;
  private final FuzzedPeer peer;

  // state
  private final List<FuzzedCall> calls = new ArrayList<>();
  private TunnelMessage.Builder message = TunnelMessage.newBuilder();
  private long nextId;
  private int opened;
  private int callsEnded;
  private boolean drained;
  private @Nullable TunnelException closed;

  FuzzedTunnel(TunnelStream.End side, byte[] bytes) {
    input = new FuzzInput(bytes);
    server = side == TunnelStream.End.SERVER;
    nextId = server ? 1 : 2;
    stream = new TunnelStream(side, hand.loop(), allocator, transport, TunnelPair.SMALL, this);
    peer = new FuzzedPeer(input, server, TunnelPair.SMALL.windows().initial());
  }

  /** Does all that the input says, ends the tunnel and looks that nothing is left of it. */
  void play() throws Exception {
    if (input.flag()) {
      stream.start();
    }
    for (int i = 0; i < MAX_STEPS && !input.isOver(); i++) {
      step();
    }
    deliver();
    end();
  }

  private void step() throws Exception {
    int move = input.next();
    switch (move % 16) {
      case 0, 1, 2, 3, 4, 5, 6 -> message.addFrames(peer.frame(move % 16));
      case 7 -> deliver();
      case 8 -> deliver(allocator.buffer().writeBytes(input.bytes(input.next())));
      case 9, 10, 11 -> act();
      case 12 -> open();
      case 13 -> network();
      case 14 -> hand.advance(Duration.ofMillis(100L * input.below(50)));
      default -> ourEnd();
    }
    hand.run();
    peer.read(transport);
  }

  private void deliver() throws Exception {
    TunnelMessage next = message.build();
    message = TunnelMessage.newBuilder();
    ByteBuf buffer = allocator.buffer(next.getSerializedSize());
    try (OutputStream out = new ByteBufOutputStream(buffer)) {
      next.writeTo(out);
    }
    deliver(buffer);
  }

  private void deliver(ByteBuf buffer) throws Exception {
    hand.run();
    peer.read(transport);
    boolean known = creditIsKnown();
    peer.sending(buffer);
    stream.onMessage(buffer);
    calls.forEach(call -> call.checkCredit(known, peer));
    // A peer that breaks the protocol hears of it, and nothing else goes on.
    assertEquals(transport.aborted() != null, closed != null, "aborted and closed");
  }

  /** Whether every credit that was granted has also been sent. */
  private boolean creditIsKnown() {
    return transport.isReady() && !transport.isFinished() && closed == null;
  }

  /** One of the calls does something that its side may do. */
  private void act() {
    if (!calls.isEmpty()) {
      calls.get(input.below(calls.size())).act(input, allocator);
    }
  }

  private void open() {
    if (!server || opened >= MAX_CALLS || closed != null) {
      return;
    }
    opened++;
    FuzzedCall call = new FuzzedCall(nextId, false);
    nextId += 2;
    calls.add(call);
    call.opened(
        stream.open(
            TunnelPair.headers(), AsciiString.of("g"), AsciiString.of("r"), 1, call.response()));
  }

  private void network() {
    switch (input.below(3)) {
      case 0 -> transport.ready(false);
      case 1 -> {
        transport.ready(true);
        stream.onReady();
      }
      default -> hand.freeze(Duration.ofMillis(100L * input.below(50)));
    }
  }

  private void ourEnd() {
    switch (input.below(8)) {
      case 0 -> stream.drain("enough", 0);
      case 1 -> {
        if (server) {
          stream.announceDrain("going-away", 0);
        }
      }
      case 2 -> {
        if (stream.isDrained()) {
          stream.finish();
        }
      }
      case 3 -> stream.challenge(Duration.ofSeconds(1), alive -> {});
      case 4 -> stream.afterFlush(() -> assertTrue(closed == null));
      case 5 -> {
        if (input.below(8) == 0) {
          stream.abort(new TunnelException("revoked", "by the input"));
        }
      }
      default -> stream.send(Frame.newBuilder().setDrain(Drain.getDefaultInstance()).build());
    }
  }

  private void end() {
    transport.drop();
    stream.onClosed(TunnelException.lost("the input is over"));
    hand.run();
    transport.drop();
    assertNotNull(closed);
    calls.forEach(FuzzedCall::checkEnd);
    assertEquals(opened, callsEnded, "slots");
    assertEquals(0, stream.callCount());
    assertEquals(0, PromisedCredit.of(stream));
    assertEquals(0, allocator.metric().usedHeapMemory(), "buffers");
    assertFalse(hand.hasTimers());
  }

  @Override
  public void onControl(Frame frame) throws TunnelException {
    if (frame.hasRefusal()) {
      throw new TunnelException("protocol", "a refusal");
    }
  }

  @Override
  public RequestSide onCall(RequestHead head, boolean last, ResponseSide response)
      throws TunnelException {
    if (server || calls.size() >= MAX_CALLS) {
      throw new TunnelException("protocol", "takes no calls");
    }
    FuzzedCall call = new FuzzedCall(peer.nextOpened(), last);
    calls.add(call);
    call.arrived(response);
    return call.request();
  }

  @Override
  public void onCallEnded() {
    callsEnded++;
  }

  @Override
  public void onDrain(Drain drain) {
    drained = true;
  }

  @Override
  public void onQuiet(boolean quiet) {
    assertEquals(quiet, stream.isQuiet());
  }

  @Override
  public void onClosed(TunnelException cause) {
    // What is thrown while a message is read ends the tunnel, and is logged.
    assertNotEquals("fault", cause.reason());
    assertTrue(closed == null, "closed twice");
    assertTrue(!drained || !stream.takesCalls());
    closed = cause;
  }
}
