package dev.adit.core.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallReset;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.RequestSide;
import dev.adit.core.call.ResponseHead;
import dev.adit.proto.v1.Accepted;
import dev.adit.proto.v1.Drain;
import dev.adit.proto.v1.Frame;
import dev.adit.proto.v1.RequestHead;
import dev.adit.proto.v1.Reset;
import dev.adit.proto.v1.Trailers;
import dev.adit.proto.v1.TunnelMessage;
import dev.adit.testing.tunnel.HandLoop;
import dev.adit.testing.tunnel.ResponseLog;
import dev.adit.testing.tunnel.TunnelPair;
import dev.adit.testing.tunnel.TunnelPair.End;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A peer that breaks the protocol loses this tunnel and its calls, and nothing else. */
final class TunnelViolationTest {
  private final HandLoop hand = new HandLoop();
  private final TunnelPair pair = new TunnelPair(hand, TunnelPair.SMALL);
  private final TunnelPair other = new TunnelPair(hand, TunnelPair.SMALL);
  private final ResponseLog response = new ResponseLog();

  @AfterEach
  void onlyThisTunnelIsGone() {
    ResponseLog elsewhere = new ResponseLog();
    RequestSide request = other.open(elsewhere);
    request.onRequestChunk(other.chunk(1), true);
    other.settle();
    assertEquals(1, other.agent().newest().request().body().length);
    assertNull(other.server().closed());
    other.cut();
    pair.cut();
    pair.settle();
    assertEquals(0, pair.heldBytes());
    assertEquals(0, pair.server().stream().callCount());
    assertEquals(0, pair.agent().stream().callCount());
    assertEquals(0, pair.server().stream().budget().promised());
    assertEquals(0, pair.agent().stream().budget().promised());
  }

  @Test
  void frameForAnIdThatWasNeverOpened() {
    endsTheServersTunnel(credit(1, 1));
  }

  @Test
  void frameForAnIdThatTheAgentMayOpenButHasNot() {
    endsTheServersTunnel(credit(2, 1));
  }

  @Test
  void chunkForAnIdThatWasNeverOpened() {
    endsTheServersTunnel(data(1, 10));
  }

  @Test
  void chunkAfterTheSendersTrailers() {
    opened();
    receive(head(1, 200, false), trailers(1));
    assertEquals(List.of("head 200", "trailers last"), response.events());
    endsTheServersTunnel(data(1, 10));
  }

  @Test
  void secondEndOfACall() {
    opened();
    receive(reset(1));
    endsTheServersTunnel(reset(1));
  }

  @Test
  void trailersWithoutAHead() {
    opened();
    endsTheServersTunnel(trailers(1));
    assertLost();
  }

  @Test
  void bodyWithoutAHead() {
    opened();
    endsTheServersTunnel(data(1, 10));
    assertLost();
  }

  @Test
  void bodyAfterAnInformationalHeadOnly() {
    opened();
    receive(head(1, 103, false));
    endsTheServersTunnel(data(1, 10));
  }

  @Test
  void secondHeadOfAResponse() {
    opened();
    receive(head(1, 200, false));
    endsTheServersTunnel(head(1, 200, false));
  }

  @Test
  void informationalHeadThatEndsAResponse() {
    opened();
    endsTheServersTunnel(head(1, 103, true));
  }

  @Test
  void acceptedAfterAHead() {
    opened();
    receive(head(1, 200, false));
    endsTheServersTunnel(
        Frame.newBuilder().setRequestId(1).setAccepted(Accepted.getDefaultInstance()));
  }

  @Test
  void moreBytesThanCredit() {
    opened();
    receive(head(1, 200, false), data(1, 1024));
    assertEquals(1024, response.body().length);
    endsTheServersTunnel(data(1, 1));
    assertLost();
  }

  @Test
  void creditPastTheLargestInt() {
    opened();
    receive(credit(1, Integer.MAX_VALUE - 1024));
    endsTheServersTunnel(credit(1, 1));
  }

  @Test
  void agentMayNotSendARequestHeadWithAServersId() {
    opened();
    endsTheServersTunnel(requestHead(3));
  }

  @Test
  void requestHeadWithTheAgentsOwnParity() {
    endsTheAgentsTunnel(requestHead(2));
  }

  @Test
  void idUsedAgain() {
    send(requestHead(5));
    endsTheAgentsTunnel(requestHead(5));
  }

  @Test
  void idThatIsLowerThanTheLast() {
    send(requestHead(5));
    endsTheAgentsTunnel(requestHead(3));
  }

  @Test
  void idBeyondTheLastOpened() {
    send(requestHead(1));
    endsTheAgentsTunnel(data(3, 1));
  }

  @Test
  void requestBytesAfterTheHalfClose() {
    send(requestHead(1).setLastChunk(true));
    endsTheAgentsTunnel(data(1, 1));
  }

  @Test
  void halfCloseTwice() {
    send(requestHead(1), Frame.newBuilder().setRequestId(1).setLastChunk(true));
    endsTheAgentsTunnel(Frame.newBuilder().setRequestId(1).setLastChunk(true));
  }

  @Test
  void moreRequestBytesThanCredit() {
    send(requestHead(1), data(1, 1024));
    endsTheAgentsTunnel(data(1, 1));
    assertNotNull(pair.agent().newest().request().cancelled());
  }

  @Test
  void responseFramesFromTheSideThatOpened() {
    send(requestHead(1));
    endsTheAgentsTunnel(head(1, 200, false));
  }

  @Test
  void trailersFromTheSideThatOpened() {
    send(requestHead(1));
    endsTheAgentsTunnel(trailers(1));
  }

  @Test
  void acceptedFromTheSideThatOpened() {
    send(requestHead(1));
    endsTheAgentsTunnel(
        Frame.newBuilder().setRequestId(1).setAccepted(Accepted.getDefaultInstance()));
  }

  @Test
  void bytesThatAreNoMessage() {
    pair.server().stream().onMessage(pair.chunk(new byte[] {(byte) 0xff, 1, 2}));
    assertProtocol(pair.server());
  }

  @Test
  void framesBehindTheViolationAreNotRead() {
    opened();
    receive(credit(99, 1), head(1, 200, true));
    assertProtocol(pair.server());
    assertLost();
  }

  @Test
  void framesForACallThatWeEndedMayHaveCrossedAndAreDropped() {
    send(requestHead(1));
    pair.agent().newest().response().onHead(new ResponseHead(200, new HeaderFields()), true);
    hand.run();
    send(data(1, 1024), credit(1, 7), data(1, 1024), reset(1));
    assertNull(pair.agent().closed());
    assertEquals(0, pair.agent().newest().request().body().length);
  }

  @Test
  void messagesAfterTheEndAreReleasedUnread() {
    opened();
    endsTheServersTunnel(credit(99, 1));
    receive(head(1, 200, true));
    assertLost();
  }

  @Test
  void drainTwiceIsNoViolation() {
    receive(Frame.newBuilder().setDrain(Drain.getDefaultInstance()));
    receive(Frame.newBuilder().setDrain(Drain.getDefaultInstance()));
    assertNull(pair.server().closed());
  }

  @Test
  void drainWithoutEndIsOne() {
    opened();
    for (int i = 0; i < 10; i++) {
      receive(Frame.newBuilder().setDrain(Drain.getDefaultInstance()));
    }
    assertNull(pair.server().closed());
    endsTheServersTunnel(Frame.newBuilder().setDrain(Drain.getDefaultInstance()));
    assertLost();
  }

  @Test
  void refusalsThatTheServerDoesNotTake() {
    pair.agent().transport().ready(false);
    CallReset refused = CallReset.unprocessed(CallFailure.AGENT_OVERLOADED, "x".repeat(1000));
    int calls = 0;
    for (; pair.agent().closed() == null && calls < 20_000; calls++) {
      send(requestHead(1 + 2L * calls));
      if (pair.agent().closed() == null) {
        pair.agent().newest().response().onReset(refused);
        hand.run();
      }
    }
    assertProtocol(pair.agent());
    assertTrue(calls > 5_000, "as many as may be there wait: " + calls);
  }

  private void opened() {
    pair.open(response);
    hand.run();
    pair.server().transport().drop();
  }

  private void assertLost() {
    assertNotNull(response.reset());
    assertSame(CallFailure.TUNNEL_LOST, response.reset().failure());
  }

  private void receive(Frame.Builder... frames) {
    deliver(pair.server(), frames);
  }

  private void send(Frame.Builder... frames) {
    deliver(pair.agent(), frames);
  }

  private void deliver(End to, Frame.Builder... frames) {
    TunnelMessage.Builder message = TunnelMessage.newBuilder();
    for (Frame.Builder frame : frames) {
      message.addFrames(frame);
    }
    to.stream().onMessage(pair.chunk(message.build().toByteArray()));
  }

  private void endsTheServersTunnel(Frame.Builder frame) {
    receive(frame);
    assertProtocol(pair.server());
  }

  private void endsTheAgentsTunnel(Frame.Builder frame) {
    send(frame);
    assertProtocol(pair.agent());
  }

  private static void assertProtocol(End end) {
    assertNotNull(end.closed());
    assertEquals("protocol", end.closed().reason());
    assertSame(end.closed(), end.transport().aborted());
  }

  private static Frame.Builder credit(long id, int bytes) {
    return Frame.newBuilder().setRequestId(id).setCredit(bytes);
  }

  private static Frame.Builder data(long id, int bytes) {
    return Frame.newBuilder().setRequestId(id).setData(ByteString.copyFrom(new byte[bytes]));
  }

  private static Frame.Builder head(long id, int status, boolean last) {
    return Frame.newBuilder()
        .setRequestId(id)
        .setResponseHead(dev.adit.proto.v1.ResponseHead.newBuilder().setStatus(status))
        .setLastChunk(last);
  }

  private static Frame.Builder trailers(long id) {
    return Frame.newBuilder().setRequestId(id).setTrailers(Trailers.getDefaultInstance());
  }

  private static Frame.Builder reset(long id) {
    return Frame.newBuilder().setRequestId(id).setReset(Reset.newBuilder().setCode(2));
  }

  private static Frame.Builder requestHead(long id) {
    return Frame.newBuilder()
        .setRequestId(id)
        .setRequestHead(RequestHead.newBuilder().setWindow(1024));
  }
}
