package dev.adit.server.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.name.AgentId;
import dev.adit.core.name.GroupName;
import dev.adit.core.tunnel.grpc.MessageDemand;
import dev.adit.core.wire.FrameLimits;
import dev.adit.proto.v1.AgentStatus;
import dev.adit.proto.v1.Frame;
import dev.adit.proto.v1.Heartbeat;
import dev.adit.proto.v1.Hello;
import dev.adit.proto.v1.RequestHead;
import dev.adit.proto.v1.TunnelMessage;
import dev.adit.proto.v1.Welcome;
import dev.adit.server.registry.AgentSession;
import io.grpc.Status;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One tunnel of one agent, as the server greets it and lets it go. */
final class AcceptedTunnelTest {
  private final TunnelBench bench = new TunnelBench();
  private final FakeCall call = new FakeCall();
  private final AcceptedTunnel tunnel = bench.accept(call);

  @AfterEach
  void nothingIsLeft() {
    bench.close();
  }

  @Test
  void helloIsAnsweredByWelcomeAndTheAgentIsKnown() {
    bench.receive(tunnel, TunnelBench.hello("edge-1", "run"));
    Welcome welcome = call.sent().get(0).getWelcome();
    assertEquals("server-1", welcome.getServerId());
    assertEquals(List.of("shop"), welcome.getGroupsList());
    assertEquals(7, welcome.getMaxCalls());
    assertEquals(1, welcome.getLoops());
    assertEquals(1024, welcome.getInitialWindow());
    assertEquals(1000, welcome.getHeartbeatMs());
    assertNotNull(bench.registry().snapshot().group(TunnelBench.SHOP));
    tunnel.onCancel();
    assertNull(bench.registry().snapshot().group(TunnelBench.SHOP));
  }

  @Test
  void agentOfANewerMinorVersionIsMetAtOurs() {
    Frame.Builder hello = TunnelBench.hello("edge-1", "run");
    // A uint32, and so large that a careless reader takes it for a negative number.
    hello.setHello(hello.getHello().toBuilder().setProtocolMinor(-1));
    bench.receive(tunnel, hello);
    assertEquals(FrameLimits.PROTOCOL_MINOR, call.sent().get(0).getWelcome().getProtocolMinor());
  }

  /** The doctor's question: answered like an agent's, and nothing comes of it. */
  @Test
  void probeIsWelcomedAndJoinsNothing() {
    bench.receive(tunnel, TunnelBench.hello("edge-1", "run"));
    FakeCall asking = new FakeCall();
    AcceptedTunnel probe = bench.accept(asking);
    bench.receive(
        probe, Frame.newBuilder().setHello(Hello.newBuilder().setAgentId("edge-1").setProbe(true)));
    assertEquals(List.of("shop"), asking.sent().get(0).getWelcome().getGroupsList());
    assertEquals(1, bench.registry().snapshot().sessions().size());
    assertEquals("run", bench.registry().snapshot().sessions().get(0).instance());
    assertTrue(call.sent().stream().noneMatch(Frame::hasDrain), "the agent is superseded");
    bench.hand().advance(Duration.ofSeconds(1));
    assertTrue(asking.sent().stream().anyMatch(Frame::hasHeartbeat), "its heart beats");
    for (int second = 0; second < 30 && asking.status() == null; second++) {
      bench.receive(
          probe, Frame.newBuilder().setHeartbeat(Heartbeat.newBuilder().setToken(second + 1)));
      bench.receive(
          tunnel, Frame.newBuilder().setHeartbeat(Heartbeat.newBuilder().setToken(second + 1)));
      bench.hand().advance(Duration.ofSeconds(1));
    }
    assertNotNull(asking.status(), "a probe that does not end is ended");
    assertNull(call.status());
  }

  @Test
  void probeBeyondTheCredentialIsRefusedAndMayReportNothing() {
    bench.receive(
        tunnel,
        Frame.newBuilder().setHello(Hello.newBuilder().setAgentId("stranger").setProbe(true)));
    assertEquals("forbidden", call.sent().get(0).getRefusal().getReason());
    FakeCall asking = new FakeCall();
    AcceptedTunnel probe = bench.accept(asking);
    bench.receive(
        probe, Frame.newBuilder().setHello(Hello.newBuilder().setAgentId("edge-1").setProbe(true)));
    bench.receive(probe, Frame.newBuilder().setAgentStatus(AgentStatus.getDefaultInstance()));
    assertNotNull(asking.status());
  }

  @Test
  void helloThatTakesItsTimeIsWelcomeAndOneThatTakesTooMuchIsNot() {
    FakeCall late = new FakeCall();
    bench.accept(late);
    bench.hand().advance(Duration.ofMillis(4900));
    bench.receive(tunnel, TunnelBench.hello("edge-1", "run"));
    assertTrue(call.sent().get(0).hasWelcome());
    bench.hand().advance(Duration.ofMillis(100));
    assertNotNull(late.status());
    assertEquals(Status.Code.INTERNAL, late.status().getCode());
  }

  @Test
  void helloBeyondTheCredentialIsRefusedInWords() {
    bench.receive(tunnel, TunnelBench.hello("stranger", "run"));
    assertEquals("forbidden", call.sent().get(0).getRefusal().getReason());
    assertNotNull(call.status());
    assertEquals(Status.Code.PERMISSION_DENIED, call.status().getCode());
  }

  @Test
  void placeOfAnAgentThatAnotherLineNamesIsRefusedInWords() {
    bench.receive(tunnel, TunnelBench.hello("edge-1", "run"));
    FakeCall vague = new FakeCall();
    bench.receive(
        bench.accept(vague, "*", Set.of(TunnelBench.MORE)), TunnelBench.hello("edge-1", "mine"));
    assertEquals("forbidden", vague.sent().get(0).getRefusal().getReason());
    assertNotNull(vague.status());
    assertEquals(Status.Code.PERMISSION_DENIED, vague.status().getCode());
    assertEquals(1, bench.registry().refused().lines().size());
    assertTrue(call.sent().stream().noneMatch(Frame::hasDrain), "who is there stays");
    assertNotNull(bench.registry().snapshot().group(TunnelBench.SHOP));
  }

  /** By a line of its own it was given the calls of who came after it. */
  @Test
  void runThatIsCalledAsAnotherIsByAVaguerLineGetsNoneOfItsCalls() {
    FakeCall vague = new FakeCall();
    bench.receive(
        bench.accept(vague, "*", Set.of(TunnelBench.MORE)), TunnelBench.hello("edge-1", "run"));
    bench.receive(tunnel, TunnelBench.hello("edge-1", "run"));
    bench.hand().run();
    List<AgentSession> there = bench.registry().snapshot().sessions();
    assertEquals(1, there.size());
    assertEquals(1, there.get(0).tunnels().length);
    assertEquals(Set.of(TunnelBench.SHOP), there.get(0).groups());
    assertEquals(
        List.of("renewal"),
        vague.sent().stream().filter(Frame::hasDrain).map(f -> f.getDrain().getReason()).toList());
    assertTrue(call.sent().stream().noneMatch(Frame::hasDrain));
    assertEquals(Set.of(), bench.registry().contested());
  }

  /** The second was welcomed although the stream was about to end. */
  @Test
  void secondHelloBehindARefusalIsAViolation() {
    tunnel.onMessage(
        Unpooled.wrappedBuffer(
            TunnelMessage.newBuilder()
                .addFrames(TunnelBench.hello("stranger", "run"))
                .addFrames(TunnelBench.hello("edge-1", "run"))
                .build()
                .toByteArray()));
    bench.hand().run();
    assertTrue(call.sent().stream().noneMatch(Frame::hasWelcome));
    assertNotNull(call.status());
    assertEquals(Status.Code.INTERNAL, call.status().getCode());
  }

  @Test
  void drainingServerSaysWhenToComeBack() {
    bench.drain().begin();
    bench.receive(tunnel, TunnelBench.hello("edge-1", "run"));
    assertEquals("draining", call.sent().get(0).getRefusal().getReason());
    assertTrue(call.sent().get(0).getRefusal().getRetryAfterMs() > 0);
    assertNotNull(call.status());
    assertEquals(Status.Code.UNAVAILABLE, call.status().getCode());
  }

  /** Who tells the agents looks for their tunnels once: this one may be there by then, or not. */
  @Test
  void tunnelThatJoinsWhileADrainBeginsIsToldOfItOnce() {
    bench.onJoin(bench.drain()::begin);
    bench.receive(tunnel, TunnelBench.hello("edge-1", "run"));
    assertTrue(call.sent().get(0).hasWelcome());
    assertEquals("going-away", last().getDrain().getReason());
    assertTrue(last().getDrain().getReconnectAfterMs() > 0);
    int said = call.sent().size();
    bench.registry().snapshot().sessions().get(0).tunnels()[0].announceDrain("going-away", 1);
    bench.hand().run();
    assertEquals(said, call.sent().size());
    assertNotNull(bench.registry().snapshot().group(TunnelBench.SHOP), "calls still come here");
  }

  @Test
  void statusBeforeHelloSecondHelloAndCallsFromAnAgentAreViolations() {
    bench.receive(tunnel, Frame.newBuilder().setAgentStatus(AgentStatus.getDefaultInstance()));
    assertNotNull(call.status());
    FakeCall twice = new FakeCall();
    AcceptedTunnel second = bench.accept(twice);
    bench.receive(second, TunnelBench.hello("edge-1", "run"));
    bench.receive(second, TunnelBench.hello("edge-1", "run"));
    assertNotNull(twice.status());
    FakeCall opening = new FakeCall();
    AcceptedTunnel third = bench.accept(opening);
    bench.receive(third, TunnelBench.hello("edge-1", "run"));
    bench.receive(
        third,
        Frame.newBuilder().setRequestId(2).setRequestHead(RequestHead.newBuilder().setWindow(1)));
    assertNotNull(opening.status());
    assertEquals(Status.Code.INTERNAL, opening.status().getCode());
  }

  /** gRPC hands over what it was asked for, 2^31-1 messages once, and then nothing any more. */
  @Test
  void moreMessagesAreAskedForAsTheyCome() {
    long first = call.asked();
    bench.receive(tunnel, TunnelBench.hello("edge-1", "run"));
    for (int i = 1; i < 3 * MessageDemand.BATCH; i++) {
      tunnel.onMessage(Unpooled.EMPTY_BUFFER);
    }
    assertEquals(first + 3L * MessageDemand.BATCH, call.asked());
  }

  private void takeOver() {
    bench.receive(tunnel, TunnelBench.hello("edge-1", "old"));
    FakeCall young = new FakeCall();
    bench.receive(bench.accept(young), TunnelBench.hello("edge-1", "young"));
    assertEquals(1, bench.registry().snapshot().sessions().size());
    assertEquals("young", bench.registry().snapshot().sessions().get(0).instance());
  }

  private Frame last() {
    return call.sent().get(call.sent().size() - 1);
  }

  @Test
  void runThatIsTakenOverAndAnswersMayFinishAndIsToldByWhom() {
    takeOver();
    Heartbeat question = last().getHeartbeat();
    assertTrue(question.getAtOnce());
    bench.receive(
        tunnel,
        Frame.newBuilder()
            .setHeartbeat(Heartbeat.newBuilder().setToken(9).setEcho(question.getToken())));
    assertEquals("superseded", last().getDrain().getReason());
    assertEquals("instance young from 192.0.2.1:5", last().getDrain().getOther());
    bench.hand().advance(Duration.ofSeconds(1));
    assertNull(call.status());
  }

  @Test
  void runThatIsTakenOverAndDoesNotAnswerIsAGhost() {
    takeOver();
    bench.hand().advance(Duration.ofMillis(999));
    assertNull(call.status());
    bench.hand().advance(Duration.ofMillis(1));
    assertNotNull(call.status());
    assertTrue(String.valueOf(call.status().getDescription()).contains("superseded"));
  }

  @Test
  void runThatIsTakenOverMayNotTakeItsPlaceBackAtOnce() {
    takeOver();
    FakeCall again = new FakeCall();
    bench.receive(bench.accept(again), TunnelBench.hello("edge-1", "old"));
    assertEquals("superseded", again.sent().get(0).getRefusal().getReason());
    assertEquals(60_000, again.sent().get(0).getRefusal().getRetryAfterMs());
    assertNotNull(again.status());
    assertEquals(Status.Code.UNAVAILABLE, again.status().getCode());
    assertEquals("young", bench.registry().snapshot().sessions().get(0).instance());
  }

  @Test
  void runsThatTakeEachOthersPlaceAreNoticed() {
    for (int i = 0; i < 3; i++) {
      assertEquals(Set.of(), bench.registry().contested());
      bench.receive(bench.accept(new FakeCall()), TunnelBench.hello("edge-1", "run-" + i));
    }
    bench.receive(bench.accept(new FakeCall()), TunnelBench.hello("edge-1", "run-4"));
    assertEquals(Set.of(new AgentId("edge-1")), bench.registry().contested());
  }

  @Test
  void runServesWhatTheNewestOfItsTunnelsIsWelcomedTo() {
    GroupName extra = new GroupName("extra");
    bench.receive(tunnel, TunnelBench.hello("edge-1", "run"));
    AcceptedTunnel wider = bench.accept(new FakeCall(), Set.of(TunnelBench.SHOP, extra));
    bench.receive(wider, TunnelBench.hello("edge-1", "run"));
    assertNotNull(bench.registry().snapshot().group(extra));
    wider.onCancel();
    assertNull(bench.registry().snapshot().group(extra));
    assertNotNull(bench.registry().snapshot().group(TunnelBench.SHOP));
  }

  @Test
  void agentThatDrainsAndHalfClosesIsLetGoWithOk() {
    bench.receive(tunnel, TunnelBench.hello("edge-1", "run"));
    bench.receive(
        tunnel,
        Frame.newBuilder().setDrain(dev.adit.proto.v1.Drain.newBuilder().setReason("renewal")));
    assertNull(bench.registry().snapshot().group(TunnelBench.SHOP));
    assertTrue(call.sent().get(call.sent().size() - 1).hasDrain());
    tunnel.onHalfClose();
    assertNotNull(call.status());
    assertTrue(call.status().isOk());
  }
}
