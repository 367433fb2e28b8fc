package dev.adit.server.dispatch.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.call.CallReset;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.RequestSide;
import dev.adit.core.call.ResponseHead;
import dev.adit.testing.tunnel.HandLoop;
import dev.adit.testing.tunnel.ResponseLog;
import dev.adit.testing.tunnel.TunnelPair;
import dev.adit.testing.tunnel.TunnelPair.Arrived;
import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledHeapByteBuf;
import io.netty.util.AsciiString;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A call whose caller lives on another loop than its tunnel. */
final class CrossLoopTest {
  private static final AsciiString NONE = AsciiString.EMPTY_STRING;

  private final HandLoop home = new HandLoop();
  private final TunnelPair pair = new TunnelPair();
  private final ResponseLog response = new ResponseLog();

  @AfterEach
  void nothingIsHeld() {
    pair.cut();
    home.run();
    assertEquals(0, pair.heldBytes());
  }

  private RequestSide open() {
    return CrossLoop.open(
        pair.server().stream(), home.loop(), TunnelPair.headers(), NONE, NONE, 1, response);
  }

  @Test
  void requestHopsToTheTunnelsLoopInOrder() {
    RequestSide request = open();
    request.onRequestChunk(pair.chunk(new byte[] {'o', 'n', 'e', ' '}), false);
    request.onRequestChunk(pair.chunk(new byte[] {'t', 'w', 'o'}), true);
    assertEquals(0, pair.agent().arrived().size());
    pair.settle();
    assertEquals("one two", pair.agent().newest().request().bodyText());
    assertTrue(pair.agent().newest().request().isEnded());
    assertEquals(0, response.requestConsumed());
    home.run();
    assertEquals(7, response.requestConsumed());
  }

  /** Only the loop heard of it, and the request went on with a hole. */
  @Test
  void chunkThatCannotBeTakenEndsTheCallOnBothSides() {
    RequestSide request = open();
    request.onRequestChunk(new UnpooledHeapByteBuf(new NoMemory(), 10, 10).writeZero(10), false);
    ByteBuf lost = pair.chunk(10);
    request.onRequestChunk(lost, false);
    request.onRequestChunk(pair.chunk(10), true);
    pair.settle();
    home.run();
    assertNotNull(response.reset());
    assertTrue(response.reset().processed());
    assertEquals(0, lost.refCnt());
    assertEquals(List.of(), pair.agent().arrived());
    assertEquals(1, pair.server().callsEnded());
  }

  /** Small chunks that wait are copied together; the error of that name would end the test. */
  private static final class NoMemory extends AbstractByteBufAllocator {
    @Override
    protected ByteBuf newHeapBuffer(int bytes, int most) {
      throw new LinkageError("of a test");
    }

    @Override
    protected ByteBuf newDirectBuffer(int bytes, int most) {
      throw new LinkageError("of a test");
    }

    @Override
    public boolean isDirectBufferPooled() {
      return false;
    }
  }

  @Test
  void responseHopsToTheHomeLoopInOrder() {
    RequestSide request = open();
    pair.settle();
    Arrived call = pair.agent().newest();
    call.response().onAccepted(NONE, NONE);
    call.response().onHead(new ResponseHead(200, new HeaderFields()), false);
    call.response().onResponseChunk(pair.chunk(1024), false);
    pair.settle();
    assertEquals(List.of(), response.events());
    home.run();
    assertEquals("accepted", response.events().get(0));
    assertEquals(1024, response.body().length);
    request.onResponseConsumed(1024);
    call.response().onResponseChunk(pair.chunk(10), false);
    call.response().onTrailers(new HeaderFields());
    pair.settle();
    home.run();
    assertEquals(1034, response.body().length);
    assertNotNull(response.trailers());
  }

  @Test
  void cancelCrossesAndTheSlotIsFreed() {
    RequestSide request = open();
    pair.settle();
    request.onCancel(CallReset.cancelled());
    pair.settle();
    home.run();
    assertNotNull(pair.agent().newest().request().cancelled());
    assertEquals(1, pair.server().callsEnded());
    assertFalse(response.isEnded());
  }

  @Test
  void tunnelThatEndedMeanwhileSaysUnprocessed() {
    RequestSide request = open();
    request.onRequestChunk(pair.chunk(10), true);
    pair.cut();
    pair.settle();
    home.run();
    assertNotNull(response.reset());
    assertFalse(response.reset().processed());
    assertEquals(1, pair.server().callsEnded());
  }
}
