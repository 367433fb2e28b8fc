package dev.adit.agent.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.tunnel.grpc.MessageDemand;
import dev.adit.core.wire.FrameLimits;
import dev.adit.proto.v1.ConfigSync;
import dev.adit.proto.v1.Frame;
import dev.adit.proto.v1.Heartbeat;
import dev.adit.proto.v1.Refusal;
import dev.adit.proto.v1.RequestHead;
import dev.adit.proto.v1.TunnelMessage;
import dev.adit.proto.v1.Welcome;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One tunnel as an agent greets a server and is greeted. */
final class DialedTunnelTest {
  private final TunnelBench bench = new TunnelBench();

  @BeforeEach
  void dial() {
    bench.start();
  }

  @AfterEach
  void nothingIsLeft() {
    bench.hand().run(() -> bench.call().end(Status.UNAVAILABLE));
    bench.hand().advance(Duration.ofSeconds(10));
    assertEquals("end", bench.heard().get(bench.heard().size() - 1));
    assertFalse(bench.hand().hasTimers());
  }

  private static Frame.Builder welcome(Welcome.Builder welcome) {
    return Frame.newBuilder().setWelcome(welcome);
  }

  private static Frame.Builder refusal() {
    return Frame.newBuilder().setRefusal(Refusal.newBuilder().setReason("overloaded"));
  }

  private void assertNotUp(Welcome.Builder welcome) {
    bench.receive(welcome(welcome));
    assertEquals(List.of("end"), bench.heard());
    assertTrue(bench.call().isOver());
  }

  @Test
  void helloGoesFirstWithTheTokenInTheHead() {
    assertEquals(1, bench.call().sent().size());
    assertEquals("edge-1", bench.call().sent().get(0).getHello().getAgentId());
    Metadata headers = bench.call().headers();
    assertNotNull(headers);
    assertEquals(
        "Bearer secret",
        headers.get(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER)));
  }

  @Test
  void welcomeMakesATunnelThatAnswers() {
    bench.receive(welcome(TunnelBench.welcome()));
    bench.receive(
        Frame.newBuilder().setHeartbeat(Heartbeat.newBuilder().setToken(7).setAtOnce(true)));
    assertEquals(List.of("welcome"), bench.heard());
    assertTrue(bench.call().sent().stream().anyMatch(frame -> frame.getHeartbeat().getEcho() == 7));
  }

  /** gRPC hands over what it was asked for, 2^31-1 messages once, and then nothing any more. */
  @Test
  void moreMessagesAreAskedForAsTheyCome() {
    long first = bench.call().asked();
    bench.receive(welcome(TunnelBench.welcome()));
    for (int i = 1; i < 3 * MessageDemand.BATCH; i++) {
      bench.call().receive(new byte[0]);
    }
    assertEquals(first + 3L * MessageDemand.BATCH, bench.call().asked());
  }

  @Test
  void endIsToldWhateverFailsOnTheWay() {
    bench.receive(welcome(TunnelBench.welcome()));
    bench.call().breakChannel();
    assertThrows(IllegalStateException.class, () -> bench.call().end(Status.UNAVAILABLE));
    assertEquals(List.of("welcome", "end"), bench.heard());
  }

  @Test
  void callMayRideBehindTheWelcome() {
    bench.receive(
        welcome(TunnelBench.welcome()),
        Frame.newBuilder().setRequestId(1).setRequestHead(RequestHead.newBuilder().setWindow(1)));
    assertTrue(bench.call().sent().stream().anyMatch(Frame::hasReset));
  }

  @Test
  void serverThatSaysNothingIsGivenUp() {
    bench.hand().advance(Duration.ofMillis(9_999));
    assertEquals(List.of(), bench.heard());
    bench.hand().advance(Duration.ofMillis(1));
    assertEquals(List.of("end"), bench.heard());
  }

  @Test
  void nothingIsReadBehindARefusal() {
    bench.receive(refusal());
    bench.receive(welcome(TunnelBench.welcome()));
    assertEquals(List.of(), bench.heard());
    bench.hand().run(() -> bench.call().end(Status.UNAVAILABLE));
    assertEquals(List.of("end"), bench.heard());
    assertNotNull(bench.refusal());
  }

  @Test
  void firstFrameIsWelcomeOrRefusal() {
    bench.receive(Frame.newBuilder().setHeartbeat(Heartbeat.newBuilder().setToken(1)));
    assertEquals(List.of("end"), bench.heard());
    assertNull(bench.refusal());
  }

  @Test
  void bytesThatAreNoMessageEndIt() {
    bench.hand().run(() -> bench.call().receive(new byte[] {0x0a, 0x7f, 1}));
    assertEquals(List.of("end"), bench.heard());
  }

  @Test
  void emptyMessageEndsIt() {
    bench.hand().run(() -> bench.call().receive(TunnelMessage.getDefaultInstance()));
    assertEquals(List.of("end"), bench.heard());
  }

  @Test
  void secondWelcomeEndsIt() {
    bench.receive(welcome(TunnelBench.welcome()), welcome(TunnelBench.welcome()));
    assertEquals(List.of("welcome", "end"), bench.heard());
  }

  @Test
  void welcomeWithAGroupThatIsNoNameIsNone() {
    assertNotUp(TunnelBench.welcome().addGroups("a\nb"));
  }

  @Test
  void welcomeWithoutAFitIdIsNone() {
    assertNotUp(TunnelBench.welcome().setServerId("a\nb"));
  }

  @Test
  void welcomeOfAMinorVersionThatWeDoNotSpeakIsNone() {
    assertNotUp(TunnelBench.welcome().setProtocolMinor(FrameLimits.PROTOCOL_MINOR + 1));
  }

  @Test
  void welcomeWithTooManyGroupsIsNone() {
    Welcome.Builder welcome = TunnelBench.welcome();
    for (int i = 0; i < 1000; i++) {
      welcome.addGroups("g" + i);
    }
    assertNotUp(welcome);
  }

  @Test
  void serverDoesNotChooseHowOftenWeWakeUp() {
    assertNotUp(TunnelBench.welcome().setHeartbeatMs(9));
  }

  @Test
  void welcomeWithoutAWindowIsNone() {
    assertNotUp(TunnelBench.welcome().setInitialWindow(0));
  }

  @Test
  void configurationForAGroupThatIsNotServedEndsIt() {
    bench.receive(welcome(TunnelBench.welcome()));
    bench.receive(Frame.newBuilder().setConfigSync(ConfigSync.newBuilder().setGroup("bank")));
    assertEquals(List.of("welcome", "end"), bench.heard());
  }

  @Test
  void configurationThatIsNotReadInTimeEndsItBeforeItFillsMemory() {
    bench.receive(welcome(TunnelBench.welcome()));
    String large = "x".repeat(1 << 20);
    for (int i = 0; i < 40 && !bench.call().isOver(); i++) {
      // Of one group only the newest counts.
      bench.receive(configSync("shop", large));
    }
    assertFalse(bench.call().isOver());
    bench.receive(configSync("shop", "x".repeat(17 << 20)));
    assertEquals(List.of("welcome", "end"), bench.heard());
  }

  private static Frame.Builder configSync(String group, String document) {
    return Frame.newBuilder()
        .setConfigSync(ConfigSync.newBuilder().setGroup(group).setDocument(document));
  }
}
