package dev.adit.core.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.adit.core.call.HeaderFields;
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
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Going away on one tunnel, from either end. */
final class StreamDrainTest {
  private final TunnelPair pair = new TunnelPair();
  private final ResponseLog response = new ResponseLog();

  @AfterEach
  void nothingIsHeld() {
    pair.cut();
    assertEquals(0, pair.heldBytes());
  }

  @Test
  void drainIsAnsweredByDrainAndNeitherEndOpensMore() {
    pair.agent().stream().drain("renewal", 7);
    assertFalse(pair.agent().stream().takesCalls());
    assertTrue(pair.server().stream().takesCalls());
    pair.settle();
    assertFalse(pair.server().stream().takesCalls());
    assertEquals(1, pair.server().drains().size());
    assertEquals("renewal", pair.server().drains().get(0).getReason());
    assertEquals(7, pair.server().drains().get(0).getReconnectAfterMs());
    assertEquals(1, pair.agent().drains().size());
  }

  @Test
  void callsThatRunAndHeadsThatCrossedAreServed() {
    ResponseLog crossed = new ResponseLog();
    pair.open(response);
    pair.settle();
    pair.agent().stream().drain("going-away", 0);
    pair.open(crossed);
    pair.settle();
    assertEquals(2, pair.agent().arrived().size());
    pair.agent()
        .arrived()
        .forEach(call -> call.response().onHead(new ResponseHead(200, new HeaderFields()), true));
    pair.settle();
    assertTrue(response.isEnded());
    assertNull(response.reset());
    assertNull(crossed.reset());
    assertNull(pair.server().closed());
  }

  /** Its credential was narrowed: what it may still serve goes on. */
  @Test
  void groupsThatThePeerMayNotServeAnyMoreEndAndAreNotOpened() {
    ResponseLog kept = new ResponseLog();
    ResponseLog unsent = new ResponseLog();
    ResponseLog late = new ResponseLog();
    openOf("gone", response);
    openOf("kept", kept);
    pair.settle();
    Arrived served = pair.agent().newest();
    openOf("gone", unsent);
    pair.server().stream().withhold(Set.of(AsciiString.of("gone")));
    openOf("gone", late);
    assertEquals(List.of("reset tunnel-lost last"), response.events());
    assertNotNull(response.reset());
    assertTrue(response.reset().processed());
    for (ResponseLog unseen : List.of(unsent, late)) {
      assertNotNull(unseen.reset());
      assertFalse(unseen.reset().processed(), "others may have it");
    }
    pair.settle();
    assertEquals(2, pair.agent().arrived().size());
    assertNotNull(pair.agent().arrived().get(0).request().cancelled());
    assertNull(served.request().cancelled());
    served.response().onHead(new ResponseHead(200, new HeaderFields()), true);
    pair.settle();
    assertTrue(kept.isEnded());
    assertNull(kept.reset());
    pair.server().stream().withhold(Set.of());
    openOf("gone", new ResponseLog());
    pair.settle();
    assertEquals(3, pair.agent().arrived().size());
  }

  private void openOf(String group, ResponseLog to) {
    pair.server().stream()
        .open(TunnelPair.headers(), AsciiString.of(group), AsciiString.of("rule"), 1, to);
  }

  @Test
  void callOpenedAfterTheDrainIsUnprocessed() {
    pair.agent().stream().drain("going-away", 0);
    pair.settle();
    pair.open(response);
    assertNotNull(response.reset());
    assertFalse(response.reset().processed());
    assertEquals(1, pair.server().callsEnded());
  }

  @Test
  void serverThatAnnouncesStillOpensCallsHere() {
    pair.server().stream().announceDrain("going-away", 0);
    pair.settle();
    assertTrue(pair.server().stream().takesCalls());
    assertEquals("going-away", pair.agent().drains().get(0).getReason());
    pair.open(response);
    pair.settle();
    assertEquals(1, pair.agent().arrived().size());
    pair.server().stream().drain("going-away", 0);
    assertFalse(pair.server().stream().takesCalls());
  }

  /** The word was taken for the answer, and calls went on to come to an agent that ends. */
  @Test
  void agentMayGoAwayAsWellAfterTheServerHasSaidSo() {
    pair.server().stream().announceDrain("going-away", 0);
    pair.settle();
    pair.agent().stream().drain("going-away", 0);
    pair.settle();
    assertFalse(pair.server().stream().takesCalls());
    assertEquals(1, pair.server().drains().size());
    pair.open(response);
    assertNotNull(response.reset());
    assertFalse(response.reset().processed());
    pair.agent().stream().drain("going-away", 0);
    pair.settle();
    assertEquals(1, pair.server().drains().size());
  }

  /** It was taken for the answer, and calls came to a tunnel that its agent ended. */
  @Test
  void renewalThatCrossesTheWordOfAServerThatGoesAwayIsHeeded() {
    pair.agent().stream().drain("renewal", 0);
    pair.server().stream().announceDrain("going-away", 0);
    pair.settle();
    assertFalse(pair.server().stream().takesCalls());
    assertEquals("renewal", pair.server().drains().get(0).getReason());
    assertTrue(pair.agent().stream().isDrained());
  }

  @Test
  void serverAnnouncesOnce() {
    pair.server().stream().announceDrain("going-away", 0);
    pair.server().stream().announceDrain("going-away", 0);
    pair.settle();
    pair.server().stream().announceDrain("going-away", 0);
    pair.settle();
    assertEquals(1, pair.agent().drains().size());
    assertTrue(pair.server().stream().takesCalls());
  }

  /** It had no call when it ended its direction, and one came from a server that goes away. */
  @Test
  void callThatComesBeforeOurDirectionHasEndedIsServed() {
    pair.server().stream().announceDrain("going-away", 0);
    pair.settle();
    assertTrue(pair.agent().stream().isDrained());
    pair.open(response);
    pair.hand().run();
    pair.agent().stream().finish();
    pair.deliver(pair.server());
    pair.settle();
    assertFalse(pair.agent().transport().isFinished());
    pair.agent()
        .arrived()
        .get(0)
        .response()
        .onHead(new ResponseHead(200, new HeaderFields()), true);
    pair.settle();
    assertNull(response.reset());
    assertTrue(response.isEnded());
    assertTrue(pair.agent().transport().isFinished());
  }

  @Test
  void directionEndsOnceAllThatWaitsIsSent() {
    pair.agent().transport().ready(false);
    pair.agent().stream().drain("renewal", 0);
    pair.agent().stream().finish();
    pair.settle();
    assertFalse(pair.agent().transport().isFinished());
    pair.agent().transport().ready(true);
    pair.agent().stream().onReady();
    pair.hand().run();
    assertTrue(pair.agent().transport().isFinished());
    assertEquals(1, pair.agent().transport().messages());
  }

  @Test
  void streamThatHasEndedIsNotDrained() {
    pair.cut();
    pair.server().stream().drain("renewal", 0);
    pair.server().stream().announceDrain("renewal", 0);
    pair.server().stream().finish();
    pair.settle();
    assertEquals(0, pair.server().transport().messages());
    assertFalse(pair.server().transport().isFinished());
  }

  /** A heartbeat fell due between the half-close and the server's answer to it. */
  @Test
  void nothingFollowsTheEndOfOurDirection() {
    pair.agent().stream().drain("renewal", 0);
    pair.agent().stream().finish();
    pair.settle();
    assertTrue(pair.agent().transport().isFinished());
    int messages = pair.agent().transport().messages();
    pair.agent().stream()
        .send(Frame.newBuilder().setHeartbeat(Heartbeat.newBuilder().setToken(99)).build());
    pair.settle();
    assertEquals(messages, pair.agent().transport().messages());
  }

  /**
   * Control frames come before calls, so the answer to a drain overtook heads that waited: an agent
   * that had no call just then ended the stream, and those calls were lost.
   */
  @Test
  void drainComesBehindTheCallsThatAreOpenAlready() throws InvalidProtocolBufferException {
    pair.agent().stream().drain("renewal", 0);
    pair.hand().run();
    pair.open(response);
    pair.open(new ResponseLog());
    pair.deliver(pair.agent());
    pair.hand().run();
    ByteBuf message = pair.server().transport().take();
    assertNotNull(message);
    try {
      assertEquals(
          List.of(Frame.KindCase.REQUEST_HEAD, Frame.KindCase.REQUEST_HEAD, Frame.KindCase.DRAIN),
          TunnelMessage.parseFrom(ByteBufUtil.getBytes(message)).getFramesList().stream()
              .map(Frame::getKindCase)
              .toList());
    } finally {
      message.release();
    }
  }
}
