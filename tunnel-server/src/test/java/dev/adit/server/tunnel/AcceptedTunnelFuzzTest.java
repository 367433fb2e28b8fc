package dev.adit.server.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.ByteString;
import dev.adit.proto.v1.AgentStatus;
import dev.adit.proto.v1.ConfigResult;
import dev.adit.proto.v1.Drain;
import dev.adit.proto.v1.Frame;
import dev.adit.proto.v1.Heartbeat;
import dev.adit.proto.v1.Hello;
import dev.adit.proto.v1.RequestHead;
import dev.adit.proto.v1.Reset;
import dev.adit.proto.v1.TunnelMessage;
import dev.adit.proto.v1.Welcome;
import dev.adit.server.registry.AgentSession;
import dev.adit.testing.fuzz.Execution;
import dev.adit.testing.fuzz.FuzzInput;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/**
 * Whatever an agent with a good credential says, and when: it is welcomed once, for what its
 * credential allows, or its tunnel ends; either way nothing is left of it.
 */
final class AcceptedTunnelFuzzTest {
  private static final int ANYWAY_BYTES = 16 << 20;
  private static final int MAX_RAW = 300;
  private static final List<String> IDS =
      List.of(
          "edge-1",
          "edge-",
          "edge",
          "",
          "other",
          "edge-1\n",
          "edge-\u202e",
          "edge-" + "x".repeat(200));
  private static final List<String> INSTANCES =
      List.of("run", "", "a b", "run\u0000", "r".repeat(64), "r".repeat(65));
  private static final List<String> GROUPS =
      List.of("shop", "bank", "", "shop ", "SHOP", "shop\n", "s".repeat(129));

  @FuzzTest
  void moves(byte[] moves) {
    Execution.of(moves, ANYWAY_BYTES, input -> new Play(new FuzzInput(input)).run());
  }

  /** One tunnel from its first message to its end. */
  private static final class Play {
    private final FuzzInput input;
    private final TunnelBench bench = new TunnelBench();
    private final FakeCall call = new FakeCall();
    private final AcceptedTunnel tunnel = bench.accept(call);

    /** The agent sends no more: gRPC hands nothing on after that. */
    private boolean silent;

    Play(FuzzInput input) {
      this.input = input;
    }

    void run() {
      while (!input.isOver() && !silent) {
        switch (input.below(12)) {
          case 0 -> bench.hand().advance(Duration.ofMillis(20L * input.next()));
          case 1 -> bench.drain().begin();
          case 2 -> bench.configure(TunnelBench.SHOP, input.flag() ? "version: 1\n" : "");
          case 3 -> {
            silent = true;
            tunnel.onHalfClose();
          }
          case 4 -> {
            silent = true;
            tunnel.onCancel();
          }
          case 5 -> tunnel.onReady();
          case 6 -> receive(input.bytes(input.below(MAX_RAW)));
          default -> receive(message().toByteArray());
        }
        bench.hand().run();
        check();
      }
      bench.hand().advance(Duration.ofSeconds(5));
      check();
      assertTrue(
          silent || call.status() != null || !call.sent().isEmpty(),
          "a tunnel without a hello lives for more than 5 s");
      bench.close();
    }

    private void receive(byte[] message) {
      tunnel.onMessage(Unpooled.wrappedBuffer(message));
    }

    private TunnelMessage message() {
      TunnelMessage.Builder message = TunnelMessage.newBuilder();
      int frames = input.below(3);
      for (int i = 0; i <= frames; i++) {
        message.addFrames(frame());
      }
      return message.build();
    }

    private Frame frame() {
      Frame.Builder frame = Frame.newBuilder();
      switch (input.below(12)) {
        case 0 -> frame.setAgentStatus(status());
        case 1 ->
            frame.setConfigResult(
                ConfigResult.newBuilder()
                    .setGroup(text(GROUPS))
                    .setRevision(text(GROUPS))
                    .setAccepted(input.flag())
                    .setMessage(text(GROUPS)));
        case 2 ->
            frame.setHeartbeat(
                Heartbeat.newBuilder()
                    .setToken(input.next())
                    .setEcho(input.next())
                    .setAtOnce(input.flag()));
        case 3 -> frame.setDrain(Drain.newBuilder().setReason(text(GROUPS)));
        case 4 -> frame.setRequestHead(RequestHead.newBuilder().setWindow(input.next()));
        case 5 -> frame.setWelcome(Welcome.getDefaultInstance());
        case 6 -> frame.setReset(Reset.newBuilder().setReason(text(GROUPS)));
        case 7 -> frame.setCredit(input.next()).setLastChunk(input.flag());
        case 8 -> frame.setData(ByteString.copyFrom(input.bytes(input.below(MAX_RAW))));
        default -> frame.setHello(hello());
      }
      int id = input.next();
      return frame.setRequestId(id < 200 ? 0 : id - 200).build();
    }

    private AgentStatus status() {
      AgentStatus.Builder status = AgentStatus.newBuilder().setCalls(input.next());
      int upstreams = input.below(1100);
      AgentStatus.Upstream upstream =
          AgentStatus.Upstream.newBuilder()
              .setGroup(text(GROUPS))
              .setName(text(IDS))
              .setBackends(input.next() - 2)
              .setHealthy(input.next() - 2)
              .build();
      for (int i = 0; i < (input.flag() ? upstreams : upstreams % 3); i++) {
        status.addUpstreams(upstream);
      }
      return status.build();
    }

    private Hello hello() {
      Hello.Builder hello =
          Hello.newBuilder()
              .setProtocolMinor(input.next() - 1)
              .setAgentId(text(IDS))
              .setInstanceId(text(INSTANCES))
              .setCapacity(input.next() - 1)
              .setSoftwareVersion(text(GROUPS));
      int groups = input.below(4);
      for (int i = 0; i < groups; i++) {
        hello.addGroups(text(GROUPS));
      }
      return hello.build();
    }

    private String text(List<String> known) {
      int choice = input.below(known.size() + 1);
      return choice < known.size()
          ? known.get(choice)
          : new String(input.bytes(input.below(MAX_RAW)), StandardCharsets.UTF_8);
    }

    /** Whether what the agent has heard and what the server keeps of it go together. */
    private void check() {
      List<Frame> sent = call.sent();
      long welcomes = sent.stream().filter(Frame::hasWelcome).count();
      long refusals = sent.stream().filter(Frame::hasRefusal).count();
      assertTrue(welcomes + refusals <= 1, "two answers to a hello");
      List<AgentSession> sessions = bench.registry().snapshot().sessions();
      if (welcomes == 0) {
        assertEquals(0, sessions.size(), "a session without a welcome");
      }
      for (AgentSession session : sessions) {
        assertTrue(session.id().value().startsWith("edge-"));
        assertTrue(session.groups().equals(java.util.Set.of(TunnelBench.SHOP)));
        assertNull(call.status(), "a session on a tunnel that has ended");
      }
      if (refusals > 0) {
        assertNotNull(call.status(), "a tunnel that goes on after its refusal");
      }
      if (welcomes > 0) {
        Welcome welcome =
            sent.stream().filter(Frame::hasWelcome).findFirst().orElseThrow().getWelcome();
        assertEquals(List.of("shop"), welcome.getGroupsList());
        assertTrue(welcome.getMaxCalls() >= 1 && welcome.getMaxCalls() <= 100);
      }
    }
  }
}
