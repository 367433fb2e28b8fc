package dev.adit.server.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.adit.core.drain.Drain;
import dev.adit.core.name.GroupName;
import dev.adit.core.tunnel.grpc.ProxyMethod;
import dev.adit.proto.v1.AgentStatus;
import dev.adit.proto.v1.Frame;
import dev.adit.proto.v1.Hello;
import dev.adit.proto.v1.RequestHead;
import dev.adit.proto.v1.TunnelMessage;
import dev.adit.proto.v1.Welcome;
import dev.adit.server.config.agents.AgentIdPattern;
import dev.adit.server.config.agents.AgentIdentity;
import dev.adit.server.registry.AgentRegistry;
import dev.adit.testing.tunnel.HandLoop;
import dev.adit.testing.tunnel.TunnelPair;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One tunnel of one agent, as the server greets it and lets it go. */
final class AcceptedTunnelTest {
  private static final GroupName SHOP = new GroupName("shop");

  /** gRPC's side of a stream: keeps what it is told, and refuses what comes after its end. */
  private static final class FakeCall extends ServerCall<ByteBuf, ByteBuf> {
    private final List<Frame> sent = new ArrayList<>();
    private @Nullable Status status;

    @Override
    public void request(int messages) {}

    @Override
    public void sendHeaders(Metadata headers) {}

    @Override
    public void sendMessage(ByteBuf message) {
      if (status != null) {
        throw new IllegalStateException("a message after the end");
      }
      try {
        sent.addAll(TunnelMessage.parseFrom(ByteBufUtil.getBytes(message)).getFramesList());
      } catch (InvalidProtocolBufferException e) {
        throw new AssertionError(e);
      } finally {
        message.release();
      }
    }

    @Override
    public void close(Status end, Metadata trailers) {
      if (status != null) {
        throw new IllegalStateException("ended twice");
      }
      status = end;
    }

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public boolean isReady() {
      return status == null;
    }

    @Override
    public MethodDescriptor<ByteBuf, ByteBuf> getMethodDescriptor() {
      return ProxyMethod.DESCRIPTOR;
    }
  }

  private final HandLoop hand = new HandLoop();
  private final AgentRegistry registry = new AgentRegistry();
  private final Drain drain = new Drain();
  private final TunnelGreeting greeting =
      new TunnelGreeting(
          "server-1", "1.0", List.of(hand.loop()), registry, drain, TunnelPair.SMALL, 100, 4096);
  private final List<AgentIdentity> proven =
      List.of(new AgentIdentity(new AgentIdPattern("edge-*"), Set.of(SHOP), List.of(), null));
  private final List<AcceptedTunnel> accepted = new ArrayList<>();
  private final FakeCall call = new FakeCall();
  private final AcceptedTunnel tunnel = accept(call);

  private AcceptedTunnel accept(FakeCall on) {
    AcceptedTunnel made = new AcceptedTunnel(greeting, proven, "192.0.2.1:5", on);
    accepted.add(made);
    return made;
  }

  @AfterEach
  void nothingIsLeft() {
    accepted.forEach(AcceptedTunnel::onCancel);
    hand.run();
    assertTrue(registry.snapshot().sessions().isEmpty());
    assertTrue(!hand.hasTimers());
  }

  private void receive(AcceptedTunnel at, Frame.Builder frame) {
    at.onMessage(
        Unpooled.wrappedBuffer(TunnelMessage.newBuilder().addFrames(frame).build().toByteArray()));
    hand.run();
  }

  private static Frame.Builder hello(String id, String instance) {
    return Frame.newBuilder()
        .setHello(Hello.newBuilder().setAgentId(id).setInstanceId(instance).setCapacity(7));
  }

  @Test
  void helloIsAnsweredByWelcomeAndTheAgentIsKnown() {
    receive(tunnel, hello("edge-1", "run"));
    Welcome welcome = call.sent.get(0).getWelcome();
    assertEquals("server-1", welcome.getServerId());
    assertEquals(List.of("shop"), welcome.getGroupsList());
    assertEquals(7, welcome.getMaxCalls());
    assertEquals(1, welcome.getLoops());
    assertEquals(1024, welcome.getInitialWindow());
    assertEquals(1000, welcome.getHeartbeatMs());
    assertNotNull(registry.snapshot().group(SHOP));
    tunnel.onCancel();
    assertNull(registry.snapshot().group(SHOP));
  }

  @Test
  void helloThatTakesItsTimeIsWelcomeAndOneThatTakesTooMuchIsNot() {
    FakeCall late = new FakeCall();
    accept(late);
    hand.advance(Duration.ofMillis(4900));
    receive(tunnel, hello("edge-1", "run"));
    assertTrue(call.sent.get(0).hasWelcome());
    hand.advance(Duration.ofMillis(100));
    assertNotNull(late.status);
    assertEquals(Status.Code.INTERNAL, late.status.getCode());
  }

  @Test
  void helloBeyondTheCredentialIsRefusedInWords() {
    receive(tunnel, hello("stranger", "run"));
    assertEquals("forbidden", call.sent.get(0).getRefusal().getReason());
    assertNotNull(call.status);
    assertEquals(Status.Code.PERMISSION_DENIED, call.status.getCode());
  }

  /** The second was welcomed although the stream was about to end. */
  @Test
  void secondHelloBehindARefusalIsAViolation() {
    tunnel.onMessage(
        Unpooled.wrappedBuffer(
            TunnelMessage.newBuilder()
                .addFrames(hello("stranger", "run"))
                .addFrames(hello("edge-1", "run"))
                .build()
                .toByteArray()));
    hand.run();
    assertTrue(call.sent.stream().noneMatch(Frame::hasWelcome));
    assertNotNull(call.status);
    assertEquals(Status.Code.INTERNAL, call.status.getCode());
  }

  @Test
  void drainingServerSaysWhenToComeBack() {
    drain.begin();
    receive(tunnel, hello("edge-1", "run"));
    assertEquals("draining", call.sent.get(0).getRefusal().getReason());
    assertTrue(call.sent.get(0).getRefusal().getRetryAfterMs() > 0);
    assertNotNull(call.status);
    assertEquals(Status.Code.UNAVAILABLE, call.status.getCode());
  }

  @Test
  void statusBeforeHelloSecondHelloAndCallsFromAnAgentAreViolations() {
    receive(tunnel, Frame.newBuilder().setAgentStatus(AgentStatus.getDefaultInstance()));
    assertNotNull(call.status);
    FakeCall twice = new FakeCall();
    AcceptedTunnel second = accept(twice);
    receive(second, hello("edge-1", "run"));
    receive(second, hello("edge-1", "run"));
    assertNotNull(twice.status);
    FakeCall opening = new FakeCall();
    AcceptedTunnel third = accept(opening);
    receive(third, hello("edge-1", "run"));
    receive(
        third,
        Frame.newBuilder().setRequestId(2).setRequestHead(RequestHead.newBuilder().setWindow(1)));
    assertNotNull(opening.status);
    assertEquals(Status.Code.INTERNAL, opening.status.getCode());
  }

  @Test
  void anotherRunOfTheSameAgentTakesOver() {
    receive(tunnel, hello("edge-1", "old"));
    FakeCall young = new FakeCall();
    receive(accept(young), hello("edge-1", "young"));
    Frame last = call.sent.get(call.sent.size() - 1);
    assertEquals("superseded", last.getDrain().getReason());
    assertEquals(1, registry.snapshot().sessions().size());
    assertEquals("young", registry.snapshot().sessions().get(0).instance());
  }

  @Test
  void agentThatDrainsAndHalfClosesIsLetGoWithOk() {
    receive(tunnel, hello("edge-1", "run"));
    receive(
        tunnel,
        Frame.newBuilder().setDrain(dev.adit.proto.v1.Drain.newBuilder().setReason("renewal")));
    assertNull(registry.snapshot().group(SHOP));
    assertTrue(call.sent.get(call.sent.size() - 1).hasDrain());
    tunnel.onHalfClose();
    assertNotNull(call.status);
    assertTrue(call.status.isOk());
  }
}
