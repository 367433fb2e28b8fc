package dev.adit.core.tunnel.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.adit.core.call.RequestSide;
import dev.adit.core.tunnel.TunnelException;
import dev.adit.core.tunnel.TunnelStream;
import dev.adit.proto.v1.Frame;
import dev.adit.proto.v1.ResponseHead;
import dev.adit.proto.v1.TunnelMessage;
import dev.adit.testing.tunnel.ResponseLog;
import dev.adit.testing.tunnel.TunnelPair;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.util.AsciiString;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A connection of the kernel's, on which an agent is played by a socket that writes some bytes. */
final class WakeThresholdTest {
  private static final int ACCEPTED = WakeSite.ACCEPTED;
  private static final int ANSWER = WakeSite.ANSWER;

  /** Longer than any test. */
  private static final long NEVER = TimeUnit.MINUTES.toNanos(10);

  @BeforeEach
  void needsEpoll() {
    assumeTrue(
        Epoll.isAvailable() && WakeThreshold.isKnown(System.getProperty("os.version")),
        "SKIPPED: no epoll of Linux 4.18 or newer here");
  }

  @Test
  void acceptedAloneWakesNobody() throws Exception {
    try (WakeSite site = new WakeSite(NEVER, NEVER)) {
      site.learn();
      site.send();
      assertTrue(site.asked() > ACCEPTED);
      site.write(ACCEPTED);
      assertFalse(site.isReadWithin(100));
      site.write(ANSWER);
      assertEquals(ACCEPTED + ANSWER, site.next());
    }
  }

  /** What an Accepted of a dead agent proves must not be lost. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void acceptedIsReadBeforeTheConnectionsEnd(boolean reset) throws Exception {
    try (WakeSite site = new WakeSite(NEVER, NEVER)) {
      site.learn();
      site.send();
      site.write(ACCEPTED);
      assertFalse(site.isReadWithin(50));
      if (reset) {
        site.agent.setSoLinger(true, 0);
      }
      site.agent.close();
      assertEquals(ACCEPTED, site.next());
      assertEquals(WakeSite.END, site.next());
    }
  }

  @Test
  void fewBytesWaitForTheLimitOnly() throws Exception {
    try (WakeSite site = new WakeSite(NEVER, WakeThreshold.LIMIT_NANOS)) {
      for (int i = 0; i < 20; i++) {
        site.send();
        site.accept(ACCEPTED);
        site.answer();
      }
    }
  }

  @Test
  void slowAnswersAreNotWaitedFor() throws Exception {
    // Whatever the answer takes is too long.
    try (WakeSite site = new WakeSite(0, NEVER)) {
      site.send();
      site.accept(ACCEPTED);
      site.answer();
      site.send();
      assertEquals(1, site.asked());
    }
  }

  @Test
  void answerThatGoesOnIsReadAsItComes() throws Exception {
    try (WakeSite site = new WakeSite(NEVER, NEVER)) {
      site.learn();
      site.send();
      assertTrue(site.asked() > 1);
      site.onLoop(
          () -> {
            site.lone = false;
            site.threshold.update();
          });
      assertEquals(1, site.asked());
      site.accept(1);
    }
  }

  @Test
  void secondCallIsToBeHeardOf() throws Exception {
    try (WakeSite site = new WakeSite(NEVER, NEVER)) {
      site.learn();
      site.send();
      site.write(1);
      assertFalse(site.isReadWithin(50));
      site.onLoop(
          () -> {
            site.lone = false;
            site.threshold.update();
          });
      assertEquals(1, site.next(), "what lies there is read at once");
      assertEquals(1, site.asked());
    }
  }

  /** What came with another call's end says nothing of an Accepted, which may have come before. */
  @Test
  void callThatIsLeftAloneIsReadAsItComes() throws Exception {
    try (WakeSite site = new WakeSite(NEVER, NEVER)) {
      site.learn();
      site.onLoop(() -> site.idle = false);
      site.accept(3 * ACCEPTED);
      site.leftAlone = true;
      site.accept(2 * ACCEPTED);
      assertEquals(1, site.asked());
      site.answer();
      site.send();
      assertTrue(site.asked() > ACCEPTED && site.asked() < 2 * ACCEPTED);
    }
  }

  @Test
  void endOfAnotherCallIsNoAccepted() throws Exception {
    try (WakeSite site = new WakeSite(NEVER, NEVER)) {
      site.leftAlone = true;
      site.accept(ACCEPTED);
      site.answer();
      site.send();
      assertEquals(1, site.asked(), "none has been seen");
    }
  }

  @Test
  void longerAcceptedIsLearntAnew() throws Exception {
    try (WakeSite site = new WakeSite(NEVER, NEVER)) {
      site.learn();
      site.send();
      site.accept(3 * ACCEPTED);
      assertEquals(1, site.asked());
      site.answer();
      site.send();
      assertEquals(1, site.asked());
      site.accept(3 * ACCEPTED);
      site.answer();
      site.send();
      assertTrue(site.asked() > 3 * ACCEPTED);
    }
  }

  /** A tunnel whose calls are answered by hand, and whose connection is the site's. */
  @Test
  void whatATunnelWaitsForDecides() throws Exception {
    try (WakeSite site = new WakeSite(NEVER, NEVER, false)) {
      TunnelStream stream =
          new TunnelStream(
              TunnelStream.End.SERVER,
              site.channel.eventLoop(),
              UnpooledByteBufAllocator.DEFAULT,
              new ServerTransport(new CallOf(site.threshold)),
              TunnelPair.SMALL,
              new NobodyListens());
      site.onLoop(stream::start);
      for (int call = 1; call <= 2; call++) {
        int id = 2 * call - 1;
        site.onLoop(() -> open(stream).onRequestChunk(Unpooled.EMPTY_BUFFER, true));
        site.endTurn();
        assertEquals(call == 2, site.asked() > 1);
        site.write(ACCEPTED);
        assertEquals(call == 1, site.isReadWithin(call == 1 ? 10_000 : 50));
        site.onLoop(() -> stream.onMessage(answerTo(id)));
        site.write(ANSWER);
        assertTrue(site.next() > 0);
        site.endTurn();
      }
      site.onLoop(() -> open(stream));
      site.endTurn();
      assertEquals(1, site.asked(), "its request goes on");
      site.onLoop(() -> stream.abort(new TunnelException("closed", "the test is over")));
    }
  }

  private static RequestSide open(TunnelStream stream) {
    AsciiString group = AsciiString.of("g");
    return stream.open(TunnelPair.headers(), group, AsciiString.EMPTY_STRING, 1, new ResponseLog());
  }

  private static ByteBuf answerTo(int id) {
    Frame frame =
        Frame.newBuilder()
            .setRequestId(id)
            .setResponseHead(ResponseHead.newBuilder().setStatus(200))
            .setLastChunk(true)
            .build();
    return Unpooled.wrappedBuffer(
        TunnelMessage.newBuilder().addFrames(frame).build().toByteArray());
  }

  @Test
  void connectionOfTwoTunnelsIsReadAsItComes() throws Exception {
    try (WakeSite site = new WakeSite(NEVER, NEVER)) {
      site.learn();
      site.onLoop(() -> site.threshold.follow(() -> true, () -> true));
      site.send();
      assertEquals(1, site.asked());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "6.1.0-28-amd64, true",
    "4.18.0-553.el8_10.x86_64, true",
    "4.17.19, false",
    "4.4.0, false",
    "3.10.0-1160.el7.x86_64, false",
    "5, true",
    "4, false",
    "'', false",
    "unknown, false"
  })
  void kernelMustReadTheThresholdAnewWhenItIsSet(String version, boolean known) {
    assertEquals(known, WakeThreshold.isKnown(version));
  }

  @Test
  void channelsOfTheJdkHaveNone() {
    EmbeddedChannel other = new EmbeddedChannel();
    assertNull(WakeThreshold.of(other));
    assertFalse(other.finish());
  }
}
