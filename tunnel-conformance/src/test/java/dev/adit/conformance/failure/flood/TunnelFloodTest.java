package dev.adit.conformance.failure.flood;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adit.conformance.check.CallerKind;
import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.peer.Answer;
import dev.adit.conformance.peer.Field;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.peer.RawBackend.Script;
import dev.adit.conformance.peer.RawConnection;
import dev.adit.conformance.peer.RawFrame;
import dev.adit.conformance.peer.RawStream;
import dev.adit.conformance.site.AgentPlan;
import dev.adit.conformance.site.LocalSite;
import dev.adit.conformance.site.SitePlan;
import dev.adit.proto.v1.Frame;
import dev.adit.proto.v1.Hello;
import dev.adit.proto.v1.TunnelMessage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Agents are limited as callers are, proven ones too: who floods the tunnels' port is ended at the
 * limit and told which, its calls end, and nobody else notices.
 */
@Timeout(60)
final class TunnelFloodTest {

  /** An agent has one for each loop. */
  private static final int MOST_CONNECTIONS = Runtime.getRuntime().availableProcessors() + 5;

  private static final String RULES =
      """
      version: 1
      rules:
      - {name: good, matches: [{service: a.Good}], to: good}
      - {name: bad, matches: [{service: a.Bad}], to: bad}
      """;

  private RawBackend backend;
  private LocalSite site;
  private RawConnection caller;

  @BeforeEach
  void startSite() throws Exception {
    backend = RawBackend.start(Script.answer(0));
    AgentPlan good = AgentPlan.of("good", "good", backend.hostAndPort());
    site =
        LocalSite.startServer(
            SitePlan.of(RULES, good, AgentPlan.of("bad", "bad", backend.hostAndPort()))
                .withTunnelOptions(
                    """
                    greetingTimeout: 2s
                      heartbeat: 60s
                      deadAfter: 180s
                      maxConnectionsPerAddress: %d
                      floods: {newStreams: 50}"""
                        .formatted(MOST_CONNECTIONS)));
    site.startAgent(good);
    caller = RawConnection.dial(site.entry());
  }

  @AfterEach
  void othersAreUnharmed() throws Exception {
    assertEquals("0", call("/a.Good/Get").answer().last("grpc-status"));
    Eventually.empty(site::leftovers);
    caller.close();
    site.close();
    backend.close();
  }

  private RawStream call(String path) throws IOException {
    return caller.open(CallerKind.GRPC.request(path), true);
  }

  private double counted(String limit) throws IOException {
    return Floods.counted(site.admin(), "tunnel", limit);
  }

  /** What was sent may still be under way. */
  private boolean isCountedSoon(String limit) throws IOException {
    for (int i = 0; i < 10 && counted(limit) == 0; i++) {
      Eventually.pass(Duration.ofMillis(20));
    }
    return counted(limit) > 0;
  }

  /** A connection of an agent that has proven itself and serves its group. */
  private RawConnection joined() throws IOException {
    RawConnection agent = RawConnection.dial(site.server().tunnelAddress());
    RawStream tunnel = agent.open(proof(), false);
    Hello hello =
        Hello.newBuilder()
            .setProtocolMinor(0)
            .setAgentId("bad")
            .setInstanceId("1")
            .addGroups("bad")
            .build();
    byte[] message =
        TunnelMessage.newBuilder()
            .addFrames(Frame.newBuilder().setHello(hello))
            .build()
            .toByteArray();
    tunnel.data(
        ByteBuffer.allocate(5 + message.length)
            .put((byte) 0)
            .putInt(message.length)
            .put(message)
            .array(),
        false);
    Eventually.holds(
        "it serves its group", () -> site.server().registry().snapshot().sessions().size() == 2);
    return agent;
  }

  private List<Field> proof() throws IOException {
    String token =
        Files.readString(site.agentsFile().resolve("../../bad/agent.token").normalize()).strip();
    return CallerKind.GRPC.request(
        "/tunnel.v1.TunnelService/Proxy", "authorization", "Bearer " + token);
  }

  /** Each with the number that is too many, or not far from it. */
  static Stream<Arguments> floods() {
    return Stream.of(
        flood("settings", 20, (agent, i) -> agent.send(RawFrame.SETTINGS, 0, 0, new byte[0])),
        flood("pings", 101, (agent, i) -> agent.send(RawFrame.PING, 0, 0, new byte[8])),
        flood(
            "acknowledgements",
            101,
            (agent, i) -> agent.send(RawFrame.PING, RawFrame.ACK, 0, new byte[8])),
        flood("goAways", 11, (agent, i) -> agent.send(RawFrame.GOAWAY, 0, 0, new byte[8])),
        flood("emptyData", 11, (agent, i) -> agent.send(RawFrame.DATA, 0, 1, new byte[0])),
        flood("continuations", 16, (agent, i) -> Floods.sendPieceOfHeader(agent, 3, i == 0)),
        flood("unknownFrames", 101, (agent, i) -> agent.send(Floods.UNKNOWN, 0, 0, new byte[3])),
        flood(
            "priorities",
            201,
            (agent, i) -> agent.send(RawFrame.PRIORITY, 0, 2 * i + 3, new byte[] {0, 0, 0, 0, 1})),
        flood(
            "windowUpdates",
            45,
            (agent, i) -> agent.send(RawFrame.WINDOW_UPDATE, 0, 0, RawFrame.numbers(1))),
        flood("quickResets", 101, (agent, i) -> agent.send(RawFrame.RST_STREAM, 0, 3, reset())));
  }

  private static List<Field> unproven() {
    return CallerKind.GRPC.request("/tunnel.v1.TunnelService/Proxy");
  }

  private static byte[] reset() {
    return RawFrame.numbers(Floods.CANCEL);
  }

  private static Arguments flood(String limit, int tooMany, Floods.Misdeed misdeed) {
    return Arguments.of(limit, tooMany, misdeed);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("floods")
  void floodOfAnAgentEndsAtItsLimit(String limit, int tooMany, Floods.Misdeed misdeed)
      throws Exception {
    try (RawConnection agent = joined()) {
      if (limit.equals("quickResets")) {
        agent.open(unproven(), false);
      }
      RawStream lost = call("/a.Bad/Get");
      Eventually.holds(
          "the agent has a call",
          () ->
              site.server().registry().snapshot().sessions().stream()
                  .anyMatch(session -> session.calls() == 1));
      for (int i = 0; i < tooMany; i++) {
        misdeed.commit(agent, i);
      }
      // What the server has sent meanwhile may have allowed some more; heartbeats would go on to.
      for (int i = tooMany; !isCountedSoon(limit); i++) {
        misdeed.commit(agent, i);
      }
      Floods.assertEnded(agent, limit);
      Answer answer = lost.answer();
      assertEquals("14", answer.last("grpc-status"));
      assertEquals("tunnel-lost", answer.last("x-tunnel-reason"));
      assertEquals(1, counted(limit));
    }
  }

  /** A loop of redials gone wild, say. */
  @Test
  void agentOpensNoMoreStreamsInASecondThanItMay() throws Exception {
    try (RawConnection agent = joined()) {
      while (counted("newStreams") == 0) {
        // However slow the machine is, one of these lots is within a second.
        for (int i = 0; i <= 50; i++) {
          agent.open(unproven(), true);
        }
      }
      agent.awaitClosed();
    } catch (IOException e) {
      // It was cut off while it wrote.
      assertEquals(1, counted("newStreams"));
    }
  }

  @Test
  void peerThatSaysNothingIsClosed() throws Exception {
    try (RawConnection silent = RawConnection.dialSilently(site.server().tunnelAddress())) {
      silent.startReading();
      silent.awaitClosed();
      assertEquals(1, counted("greetingTimeout"));
    }
  }

  @Test
  void addressHasNoMoreConnectionsThanItMay() throws Exception {
    List<RawConnection> connections = new ArrayList<>();
    for (int i = 0; i < MOST_CONNECTIONS; i++) {
      connections.add(RawConnection.dial(site.server().tunnelAddress()));
    }
    // It may be closed before it could say anything.
    RawConnection refused = RawConnection.dialSilently(site.server().tunnelAddress());
    connections.add(refused);
    refused.startReading();
    Eventually.holds("one was refused", () -> counted("maxConnectionsPerAddress") > 0);
    refused.awaitClosed();
    for (RawConnection connection : connections) {
      connection.close();
    }
  }
}
