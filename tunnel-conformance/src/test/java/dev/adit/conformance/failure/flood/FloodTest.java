package dev.adit.conformance.failure.flood;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adit.conformance.check.CallerKind;
import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.peer.Field;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.peer.RawBackend.Script;
import dev.adit.conformance.peer.RawConnection;
import dev.adit.conformance.peer.RawFrame;
import dev.adit.conformance.peer.RawStream;
import dev.adit.conformance.site.AgentPlan;
import dev.adit.conformance.site.LocalSite;
import dev.adit.conformance.site.SitePlan;
import dev.adit.core.http2.flood.FloodLimits;
import java.io.IOException;
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
 * Callers that send what costs work and carries no call are ended at the limit and told which, and
 * nobody else notices; callers that only cancel a lot are not.
 */
@Timeout(60)
final class FloodTest {

  private RawBackend backend;
  private LocalSite site;
  private RawConnection other;

  @BeforeEach
  void startSite() throws Exception {
    backend = RawBackend.start(Script.answer(0));
    site =
        LocalSite.start(
            SitePlan.ofGroup("shop", AgentPlan.of("a", "shop", backend.hostAndPort()))
                .withEntryOptions("maxConnectionsPerAddress: 5"));
    other = RawConnection.dial(site.entry());
  }

  @AfterEach
  void othersAreUnharmed() throws Exception {
    assertEquals(
        "0", other.open(CallerKind.GRPC.request("/a.B/C"), true).answer().last("grpc-status"));
    Eventually.empty(site::leftovers);
    other.close();
    site.close();
    backend.close();
  }

  private double counted(String limit) throws IOException {
    return Floods.counted(site.admin(), "entry", limit);
  }

  /**
   * Each with the number that is one too many beside what every caller says first; with more, a
   * GOAWAY may be lost to the reset of a connection that has unread bytes.
   */
  static Stream<Arguments> floods() {
    return Stream.of(
        flood("settings", 20, (caller, i) -> caller.send(RawFrame.SETTINGS, 0, 0, new byte[0])),
        flood("pings", 101, (caller, i) -> caller.send(RawFrame.PING, 0, 0, new byte[8])),
        flood(
            "acknowledgements",
            101,
            (caller, i) -> caller.send(RawFrame.PING, RawFrame.ACK, 0, new byte[8])),
        flood("goAways", 11, (caller, i) -> caller.send(RawFrame.GOAWAY, 0, 0, new byte[8])),
        flood("emptyData", 11, FloodTest::sendNothing),
        flood("continuations", 16, (caller, i) -> Floods.sendPieceOfHeader(caller, 1, i == 0)),
        flood("unknownFrames", 101, (caller, i) -> caller.send(Floods.UNKNOWN, 0, 0, new byte[3])),
        flood(
            "priorities",
            101,
            (caller, i) ->
                caller.send(RawFrame.PRIORITY, 0, 2 * i + 1, new byte[] {0, 0, 0, 0, 1})),
        flood(
            "windowUpdates",
            5,
            (caller, i) -> caller.send(RawFrame.WINDOW_UPDATE, 0, 0, RawFrame.numbers(1))),
        flood(
            "forcedResets",
            101,
            (caller, i) -> {
              RawStream stream = caller.open(CallerKind.GRPC.request("/a.B/C"), false);
              stream.grant(0);
            }),
        flood(
            "quickResets",
            101,
            (caller, i) -> {
              RawStream stream = caller.open(CallerKind.GRPC.request("/a.B/Hang"), false);
              stream.reset(Floods.CANCEL);
            }));
  }

  private static void sendNothing(RawConnection caller, int number) throws IOException {
    if (number == 0) {
      caller.open(CallerKind.GRPC.request("/a.B/Hang"), false);
    }
    caller.send(RawFrame.DATA, 0, 1, new byte[0]);
  }

  private static Arguments flood(String limit, int tooMany, Floods.Misdeed misdeed) {
    return Arguments.of(limit, tooMany, misdeed);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("floods")
  void floodEndsAtItsLimit(String limit, int tooMany, Floods.Misdeed misdeed) throws IOException {
    if (limit.equals("quickResets") || limit.equals("emptyData")) {
      backend.script(RawStream::nextHead);
    }
    try (RawConnection caller = RawConnection.dial(site.entry())) {
      if (limit.equals("quickResets")) {
        // They are so within a second, and each within a tenth of one, whatever else runs here.
        caller.inOnePiece(() -> commit(caller, tooMany, misdeed));
      } else {
        commit(caller, tooMany, misdeed);
      }
      Floods.assertEnded(caller, limit);
      assertEquals(1, counted(limit));
    }
    backend.script(Script.answer(0));
  }

  private static void commit(RawConnection caller, int times, Floods.Misdeed misdeed)
      throws IOException {
    for (int i = 0; i < times; i++) {
      misdeed.commit(caller, i);
    }
  }

  @Test
  void callerThatCancelsRunningCallsIsNotAnAttacker() throws Exception {
    backend.script(backend::handOver);
    try (RawConnection caller = RawConnection.dial(site.entry())) {
      for (int round = 0; round < 6; round++) {
        List<RawStream> calls = new ArrayList<>();
        for (int i = 0; i < 90; i++) {
          calls.add(caller.open(CallerKind.GRPC.request("/a.B/C"), false));
        }
        for (int i = 0; i < 90; i++) {
          backend.awaitRequest();
        }
        Eventually.pass(FloodLimits.QUICK);
        for (RawStream call : calls) {
          call.reset(Floods.CANCEL);
        }
        Eventually.empty(site::leftovers);
      }
      backend.script(Script.answer(0));
      assertEquals(
          "0", caller.open(CallerKind.GRPC.request("/a.B/C"), true).answer().last("grpc-status"));
    }
  }

  /** Stock clients reset a call when its deadline passes, most often before they hear of us. */
  @Test
  void callerWhoseDeadlinesPassIsNotAnAttacker() throws Exception {
    backend.script(RawStream::nextHead);
    try (RawConnection caller = RawConnection.dial(site.entry())) {
      for (int round = 0; round < 12; round++) {
        List<RawStream> calls = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
          List<Field> head = CallerKind.GRPC.request("/a.B/C", "grpc-timeout", "99m");
          calls.add(caller.open(head, false));
        }
        // Once it is answered the server has read all calls.
        caller.send(RawFrame.PING, 0, 0, new byte[8]);
        caller.awaitControl(RawFrame.PING);
        Eventually.pass(FloodLimits.QUICK.dividedBy(2));
        for (RawStream call : calls) {
          call.reset(Floods.CANCEL);
        }
        Eventually.empty(site::leftovers);
      }
      assertEquals(0, counted("quickResets"));
    } finally {
      backend.script(Script.answer(0));
    }
  }

  /** As Go and C-core clients do, which measure the way with each answer. */
  @Test
  void callerThatPingsWithEachAnswerIsNotAnAttacker() throws Exception {
    try (RawConnection caller = RawConnection.dial(site.entry())) {
      for (int i = 0; i < 150; i++) {
        RawStream call = caller.open(CallerKind.GRPC.request("/a.B/C"), true);
        assertEquals("0", call.answer().last("grpc-status"));
        caller.send(RawFrame.PING, 0, 0, new byte[8]);
      }
      assertEquals(0, counted("pings"));
    }
  }

  @Test
  void addressHasNoMoreConnectionsThanItMay() throws Exception {
    List<RawConnection> connections = new ArrayList<>();
    // One is there already.
    for (int i = 0; i < 4; i++) {
      connections.add(RawConnection.dial(site.entry()));
      connections.get(i).awaitControl(RawFrame.SETTINGS);
    }
    try (RawConnection beyond = RawConnection.dialSilently(site.entry())) {
      beyond.startReading();
      beyond.awaitClosed();
    }
    assertEquals(1, counted("maxConnectionsPerAddress"));
    connections.get(0).close();
    Eventually.holds("a place is free", () -> site.server().status().calls().connections() == 4);
    try (RawConnection next = RawConnection.dial(site.entry())) {
      assertEquals(
          "0", next.open(CallerKind.GRPC.request("/a.B/C"), true).answer().last("grpc-status"));
    }
    for (RawConnection connection : connections) {
      connection.close();
    }
  }
}
