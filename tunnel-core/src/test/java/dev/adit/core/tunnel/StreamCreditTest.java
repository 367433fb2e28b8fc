package dev.adit.core.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallReset;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.RequestSide;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.flow.CreditStalls;
import dev.adit.testing.tunnel.HandLoop;
import dev.adit.testing.tunnel.ResponseLog;
import dev.adit.testing.tunnel.TunnelPair;
import dev.adit.testing.tunnel.TunnelPair.Arrived;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What waits for credit, and what does not. */
final class StreamCreditTest {
  private static final int KIB = 1024;

  private final TunnelPair pair = new TunnelPair();
  private final ResponseLog response = new ResponseLog();

  @AfterEach
  void nothingIsHeld() {
    pair.cut();
    assertEquals(0, pair.heldBytes());
    assertEquals(0, pair.server().stream().callCount());
    assertEquals(0, pair.agent().stream().callCount());
  }

  @Test
  void creditThatCrossesTheCallsEndIsIgnored() {
    RequestSide request = pair.open(response);
    pair.settle();
    Arrived call = pair.agent().newest();
    call.response().onHead(new ResponseHead(200, new HeaderFields()), false);
    call.response().onResponseChunk(pair.chunk(KIB), false);
    pair.settle();
    call.response().onTrailers(new HeaderFields());
    pair.hand().run();
    request.onResponseConsumed(KIB);
    pair.settle();
    assertNull(pair.agent().closed());
    assertEquals(
        List.of("head 200", "chunk", "chunk", "chunk", "chunk", "trailers last"),
        response.events());
  }

  /** Nothing holds them back: a caller that does not read had the server keep all of them. */
  @Test
  void informationalHeadsWithoutEndEndTheirCallOnly() {
    pair.open(response);
    pair.settle();
    Arrived call = pair.agent().newest();
    int heads = 0;
    for (; !response.isEnded() && heads < 10_000; heads++) {
      call.response().onHead(new ResponseHead(103, new HeaderFields()), false);
      pair.settle();
    }
    assertTrue(heads > 1000 && heads < 2000, heads + " heads");
    assertNotNull(response.reset());
    assertEquals(CallFailure.BACKEND_RESET, response.reset().failure());
    assertNotNull(call.request().cancelled());
    assertEquals(1, pair.server().callsEnded());
    assertNull(pair.server().closed());
  }

  @Test
  void stalledCallHoldsNobodyUp() {
    RequestSide stalled = pair.open(new ResponseLog());
    RequestSide flowing = pair.open(response);
    stalled.onRequestChunk(pair.chunk(8 * KIB), true);
    flowing.onRequestChunk(pair.chunk(8 * KIB), true);
    pair.settle();
    Arrived second = pair.agent().newest();
    for (int i = 0; i < 100 && !second.request().isEnded(); i++) {
      int waiting = second.request().body().length - i;
      assertTrue(waiting >= 0);
      second.response().onRequestConsumed(Math.min(256, KIB));
      pair.settle();
    }
    assertTrue(second.request().isEnded());
    assertEquals(8 * KIB, second.request().body().length);
    assertEquals(KIB, pair.agent().arrived().get(0).request().body().length);
  }

  @Test
  void senderStopsAtItsCreditAndGoesOnWhenMoreIsGranted() {
    RequestSide request = pair.open(response);
    request.onRequestChunk(pair.chunk(3 * KIB), true);
    pair.settle();
    Arrived call = pair.agent().newest();
    assertEquals(KIB, call.request().body().length);
    assertEquals(KIB, response.requestConsumed());
    assertFalse(call.request().isEnded());
    call.response().onRequestConsumed(KIB);
    pair.settle();
    assertEquals(3 * KIB, call.request().body().length);
    assertTrue(call.request().isEnded());
  }

  /** What is waited for from the used up credit until the grant, or the call's end. */
  @Test
  void waitsForCreditAreCounted() {
    CreditStalls stalls = new CreditStalls();
    TunnelSettings small = TunnelPair.SMALL;
    TunnelPair counted =
        new TunnelPair(
            new HandLoop(),
            new TunnelSettings(
                small.frames(),
                small.windows(),
                small.memory(),
                small.heartbeat(),
                small.deadAfter(),
                stalls));
    RequestSide fits = counted.open(new ResponseLog());
    fits.onRequestChunk(counted.chunk(KIB), true);
    counted.settle();
    assertEquals(0, stalls.count());
    RequestSide request = counted.open(response);
    request.onRequestChunk(counted.chunk(3 * KIB), true);
    counted.settle();
    assertEquals(1, stalls.count());
    assertEquals(1, stalls.running());
    counted.hand().advance(Duration.ofMillis(5));
    counted.agent().newest().response().onRequestConsumed(KIB);
    counted.settle();
    assertEquals(1, stalls.count());
    assertEquals(0, stalls.running());
    assertEquals(Duration.ofMillis(5).toNanos(), stalls.nanos());
    RequestSide cancelled = counted.open(new ResponseLog());
    cancelled.onRequestChunk(counted.chunk(2 * KIB), true);
    counted.settle();
    cancelled.onCancel(CallReset.cancelled());
    counted.settle();
    assertEquals(2, stalls.count());
    assertEquals(0, stalls.running());
    counted.cut();
  }

  @Test
  void halfCloseNeedsNoCredit() {
    RequestSide request = pair.open(response);
    request.onRequestChunk(pair.chunk(KIB), false);
    pair.settle();
    request.onRequestChunk(pair.chunk(0), true);
    pair.settle();
    assertTrue(pair.agent().newest().request().isEnded());
  }

  @Test
  void trailersWaitForTheCreditOfTheBytesBeforeThem() {
    RequestSide request = pair.open(response);
    pair.settle();
    Arrived call = pair.agent().newest();
    call.response().onHead(new ResponseHead(200, new HeaderFields()), false);
    call.response().onResponseChunk(pair.chunk(KIB + 1), false);
    call.response().onTrailers(new HeaderFields());
    pair.settle();
    assertFalse(response.isEnded());
    request.onResponseConsumed(KIB);
    pair.settle();
    assertEquals(KIB + 1, response.body().length);
    assertNotNull(response.trailers());
  }
}
