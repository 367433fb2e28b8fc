package dev.adit.core.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallReset;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.RequestSide;
import dev.adit.core.call.ResponseHead;
import dev.adit.proto.v1.Frame;
import dev.adit.proto.v1.Heartbeat;
import dev.adit.proto.v1.TunnelMessage;
import dev.adit.testing.tunnel.ResponseLog;
import dev.adit.testing.tunnel.TunnelPair;
import dev.adit.testing.tunnel.TunnelPair.Arrived;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What one turn sends, in which order, and who waits for whom. */
final class TunnelStreamTest {
  private static final int KIB = 1024;
  private static final AsciiString NONE = AsciiString.EMPTY_STRING;

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
  void everythingOfOneTurnLeavesInOneMessage() {
    for (int i = 0; i < 5; i++) {
      pair.open(new ResponseLog()).onRequestChunk(pair.chunk(10), true);
    }
    pair.server().stream().send(heartbeat());
    assertEquals(0, pair.server().transport().messages());
    pair.hand().run();
    assertEquals(1, pair.server().transport().messages());
    List<Frame> frames = frames(pair.server());
    assertEquals(11, frames.size());
    assertTrue(frames.get(0).hasHeartbeat());
  }

  @Test
  void turnWithoutNewsSendsNothing() {
    pair.open(response);
    pair.settle();
    int before = pair.server().transport().messages();
    pair.server().stream().onReady();
    pair.hand().run();
    assertEquals(before, pair.server().transport().messages());
  }

  @Test
  void messageIsClosedAtItsLimitAndTheNextBegun() {
    for (int i = 0; i < 4; i++) {
      pair.open(new ResponseLog()).onRequestChunk(pair.chunk(KIB), true);
    }
    pair.hand().run();
    assertTrue(pair.server().transport().messages() >= 2);
    int bytes = 0;
    for (ByteBuf message = pair.server().transport().take();
        message != null;
        message = pair.server().transport().take()) {
      assertTrue(message.readableBytes() <= 2 * KIB + 256 + 200);
      bytes += message.readableBytes();
      message.release();
    }
    assertTrue(bytes > 4 * KIB);
  }

  @Test
  void callOfOneMessageIsOneFrameWithItsHalfClose() {
    pair.open(response).onRequestChunk(pair.chunk(new byte[0]), true);
    pair.hand().run();
    List<Frame> frames = frames(pair.server());
    assertEquals(1, frames.size());
    assertTrue(frames.get(0).hasRequestHead());
    assertTrue(frames.get(0).getLastChunk());
  }

  @Test
  void bulkCallDelaysASmallOneByOneChunkAtMost() {
    RequestSide bulk = pair.open(new ResponseLog());
    RequestSide small = pair.open(new ResponseLog());
    pair.settle();
    bulk.onRequestChunk(pair.chunk(KIB), true);
    small.onRequestChunk(pair.chunk(7), true);
    pair.hand().run();
    List<Long> order = frames(pair.server()).stream().map(Frame::getRequestId).toList();
    assertEquals(List.of(1L, 3L, 1L, 1L, 1L), order);
  }

  @Test
  void controlGoesBeforeChunks() {
    RequestSide bulk = pair.open(new ResponseLog());
    pair.settle();
    bulk.onRequestChunk(pair.chunk(KIB), false);
    pair.server().stream().send(heartbeat());
    pair.hand().run();
    assertTrue(frames(pair.server()).get(0).hasHeartbeat());
  }

  @Test
  void resetOvertakesTheCallsChunksAndDiscardsThem() {
    RequestSide request = pair.open(response);
    pair.settle();
    request.onRequestChunk(pair.chunk(KIB), false);
    request.onCancel(CallReset.cancelled());
    pair.hand().run();
    List<Frame> frames = frames(pair.server());
    assertEquals(1, frames.size());
    assertEquals("cancelled", frames.get(0).getReset().getReason());
  }

  @Test
  void cancelledCallCountsAsRunningUntilTheAgentHasAnswered() {
    RequestSide request = pair.open(response);
    pair.settle();
    request.onCancel(CallReset.cancelled());
    pair.hand().run();
    assertEquals(1, pair.server().stream().callCount());
    assertEquals(0, pair.server().callsEnded());
    pair.settle();
    assertEquals(0, pair.server().stream().callCount());
    assertEquals(1, pair.server().callsEnded());
    CallReset cancelled = pair.agent().newest().request().cancelled();
    assertNotNull(cancelled);
    assertEquals(CallFailure.CANCELLED, cancelled.failure());
    assertEquals(List.of(), response.events());
  }

  @Test
  void callThatIsTakenBackBeforeItsTurnNeverLeaves() {
    pair.open(response).onCancel(CallReset.cancelled());
    pair.hand().run();
    assertEquals(0, pair.server().transport().messages());
    assertEquals(1, pair.server().callsEnded());
  }

  @Test
  void framesThatCrossAResetAreDropped() {
    RequestSide request = pair.open(response);
    pair.settle();
    Arrived call = pair.agent().newest();
    call.response().onAccepted(NONE, NONE);
    call.response().onHead(new ResponseHead(200, new HeaderFields()), false);
    call.response().onResponseChunk(pair.chunk(100), false);
    request.onCancel(CallReset.cancelled());
    pair.settle();
    assertEquals(List.of(), response.events());
    assertNull(pair.server().closed());
    assertEquals(1, pair.server().callsEnded());
  }

  @Test
  void headThatIsAllOfTheResponseIsOneFrame() {
    pair.open(response);
    pair.settle();
    pair.agent().newest().response().onHead(new ResponseHead(200, new HeaderFields()), true);
    pair.settle();
    assertEquals(List.of("head 200 last"), response.events());
  }

  @Test
  void informationalHeadsPassInOrder() {
    pair.open(response);
    pair.settle();
    Arrived call = pair.agent().newest();
    call.response().onHead(new ResponseHead(103, new HeaderFields()), false);
    call.response().onHead(new ResponseHead(100, new HeaderFields()), false);
    call.response().onHead(new ResponseHead(200, new HeaderFields()), true);
    pair.settle();
    assertEquals(List.of("head 103", "head 100", "head 200 last"), response.events());
  }

  @Test
  void acceptedIsWithTheSocketBeforeWhatWaitsForItRuns() {
    pair.open(response);
    pair.settle();
    List<String> order = new ArrayList<>();
    pair.agent().newest().response().onAccepted(NONE, NONE);
    pair.agent().stream()
        .afterFlush(() -> order.add("after " + pair.agent().transport().underWay()));
    assertEquals(List.of(), order);
    pair.hand().run();
    assertEquals(List.of("after 1"), order);
  }

  @Test
  void whatWaitsForAcceptedWaitsWhileTheTransportTakesNothing() {
    pair.open(response);
    pair.settle();
    List<String> order = new ArrayList<>();
    pair.agent().transport().ready(false);
    pair.agent().newest().response().onAccepted(NONE, NONE);
    pair.agent().stream().afterFlush(() -> order.add("after"));
    pair.settle();
    assertEquals(List.of(), order);
    pair.agent().transport().ready(true);
    pair.agent().stream().onReady();
    pair.hand().run();
    assertEquals(List.of("after"), order);
  }

  @Test
  void whatWaitsForAcceptedWaitsUntilTheSocketHasItAndForNothingThatComesLater() {
    pair.open(response);
    pair.settle();
    List<String> order = new ArrayList<>();
    pair.agent().transport().slow();
    pair.agent().newest().response().onAccepted(NONE, NONE);
    pair.agent().stream().afterFlush(() -> order.add("first"));
    pair.hand().run();
    assertEquals(List.of(), order);
    assertEquals(1, pair.agent().transport().underWay());
    pair.agent().stream().send(heartbeat());
    pair.agent().stream().afterFlush(() -> order.add("second"));
    pair.hand().run();
    assertEquals(List.of(), order);
    for (List<String> had : List.of(List.of("first"), List.of("first", "second"))) {
      pair.agent().transport().ready(true);
      pair.agent().stream().onReady();
      pair.hand().run();
      assertEquals(had, order);
    }
  }

  @Test
  void whatWaitsForAcceptedIsDroppedWhenTheTunnelEnds() {
    pair.open(response);
    pair.settle();
    List<String> order = new ArrayList<>();
    pair.agent().newest().response().onAccepted(NONE, NONE);
    pair.agent().stream().afterFlush(() -> order.add("after"));
    pair.cut();
    pair.settle();
    assertEquals(List.of(), order);
  }

  @Test
  void transportThatTakesNothingStopsWhatIsSentAndNotWhoSends() {
    pair.server().transport().ready(false);
    RequestSide request = pair.open(response);
    request.onRequestChunk(pair.chunk(100), true);
    pair.settle();
    assertEquals(0, pair.server().transport().messages());
    pair.server().transport().ready(true);
    pair.server().stream().onReady();
    pair.settle();
    assertEquals(100, pair.agent().newest().request().body().length);
  }

  @Test
  void callOnALostTunnelIsUnprocessedUnlessTheAgentSaidOtherwise() {
    ResponseLog first = new ResponseLog();
    ResponseLog second = new ResponseLog();
    pair.open(first);
    pair.open(second);
    pair.settle();
    pair.agent().arrived().get(1).response().onAccepted(NONE, NONE);
    pair.settle();
    pair.open(response);
    pair.server().stream().onClosed(TunnelException.lost("fin"));
    assertFalse(processed(first));
    assertTrue(processed(second));
    assertNeverLeft(response);
    assertEquals(3, pair.server().callsEnded());
  }

  @Test
  void silenceIsNoProofThatACallWasNotProcessed() {
    ResponseLog sent = new ResponseLog();
    pair.open(sent);
    pair.settle();
    pair.open(response);
    pair.server().stream().abort(new TunnelException("dead", "nothing heard"));
    assertTrue(processed(sent));
    assertNeverLeft(response);
  }

  /** A call whose head is not sent may go to the same agent again, on another tunnel. */
  private static void assertNeverLeft(ResponseLog log) {
    CallReset reset = log.reset();
    assertNotNull(reset);
    assertEquals(CallFailure.DRAINING, reset.failure());
    assertFalse(reset.processed());
  }

  private static boolean processed(ResponseLog log) {
    CallReset reset = log.reset();
    assertNotNull(reset);
    assertEquals(CallFailure.TUNNEL_LOST, reset.failure());
    return reset.processed();
  }

  @Test
  void closedStreamTakesNoCallAndSaysSoAtOnce() {
    pair.cut();
    RequestSide request = pair.open(response);
    assertNeverLeft(response);
    request.onRequestChunk(pair.chunk(10), true);
    request.onResponseConsumed(1);
    request.onCancel(CallReset.cancelled());
    assertEquals(1, pair.server().callsEnded());
    assertFalse(pair.server().stream().takesCalls());
  }

  @Test
  void lateEventsOfABackendAreDropped() {
    pair.open(response);
    pair.settle();
    Arrived call = pair.agent().newest();
    call.response().onHead(new ResponseHead(200, new HeaderFields()), true);
    pair.settle();
    call.response().onAccepted(NONE, NONE);
    call.response().onResponseChunk(pair.chunk(10), true);
    call.response().onRequestConsumed(1);
    call.response().onTrailers(new HeaderFields());
    call.response().onReset(CallReset.cancelled());
    pair.settle();
    assertEquals(List.of("head 200 last"), response.events());
    assertNull(pair.server().closed());
  }

  @Test
  void controlThatPilesUpWhileNothingIsTakenLeavesInMessagesOfTheUsualSize() {
    for (int i = 0; i < 400; i++) {
      pair.open(new ResponseLog());
    }
    pair.settle();
    pair.agent().transport().ready(false);
    List<String> order = new ArrayList<>();
    pair.agent().arrived().forEach(call -> call.response().onReset(CallReset.cancelled()));
    pair.agent().stream().afterFlush(() -> order.add("after all"));
    pair.settle();
    pair.agent().transport().ready(true);
    pair.agent().stream().onReady();
    pair.hand().run();
    assertEquals(List.of("after all"), order);
    assertTrue(pair.agent().transport().underWay() > 5);
    for (Frame frame : frames(pair.agent(), 2 * KIB + 100)) {
      assertTrue(frame.hasReset());
    }
  }

  private static Frame heartbeat() {
    return Frame.newBuilder().setHeartbeat(Heartbeat.newBuilder().setToken(9)).build();
  }

  /** The frames under way, which do not arrive. */
  private static List<Frame> frames(TunnelPair.End from) {
    return frames(from, Integer.MAX_VALUE);
  }

  private static List<Frame> frames(TunnelPair.End from, int mostBytes) {
    List<Frame> frames = new ArrayList<>();
    try {
      for (ByteBuf message = from.transport().take();
          message != null;
          message = from.transport().take()) {
        assertTrue(message.readableBytes() <= mostBytes);
        frames.addAll(TunnelMessage.parseFrom(ByteBufUtil.getBytes(message)).getFramesList());
        message.release();
      }
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
    return frames;
  }
}
