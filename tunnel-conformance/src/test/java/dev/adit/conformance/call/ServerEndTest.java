package dev.adit.conformance.call;

import dev.adit.conformance.check.CallerKind;
import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.check.Expect;
import dev.adit.conformance.peer.Answer;
import dev.adit.conformance.peer.Field;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.peer.RawConnection;
import dev.adit.conformance.peer.RawFrame;
import dev.adit.conformance.peer.RawStream;
import dev.adit.conformance.site.LocalSite;
import dev.adit.conformance.site.SitePlan;
import dev.adit.testing.logging.LoggedLines;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * Calls that run when a server ends, after its grace or at a second signal, are answered like every
 * failure of ours, and their backends are told.
 */
final class ServerEndTest {
  private static final int REFUSED_STREAM = 7;
  private static final int INTERNAL_ERROR = 2;

  /** More than a caller's kernel takes that does not read, and less than a server's does. */
  private static final int LARGE = 300_000;

  @Test
  @Timeout(30)
  void callsThatStillRunAreAnswered() throws Exception {
    try (RawBackend backend = RawBackend.start(stream -> {})) {
      backend.script(backend::handOver);
      List<RawStream> atBackend = new ArrayList<>();
      try (LocalSite site = LocalSite.start(SitePlan.of(backend.hostAndPort()));
          RawConnection caller = RawConnection.dial(site.entry())) {
        RawStream streaming = caller.open(CallerKind.GRPC.request("/a.B/Stream"), false);
        atBackend.add(backend.awaitRequest());
        atBackend
            .get(0)
            .head(Field.list(":status", "200", "content-type", "application/grpc"), false);
        Expect.equal("200", Field.value(streaming.nextHead(), ":status"), "the response head");
        RawStream unanswered = caller.open(CallerKind.GRPC.request("/a.B/Unary"), true);
        atBackend.add(backend.awaitRequest());
        RawStream plain = caller.open(CallerKind.HTTP.request("/wait"), true);
        atBackend.add(backend.awaitRequest());
        RawStream plainBody = caller.open(CallerKind.HTTP.request("/body"), true);
        atBackend.add(backend.awaitRequest());
        atBackend.get(3).head(Field.list(":status", "200"), false);
        Expect.equal("200", Field.value(plainBody.nextHead(), ":status"), "the response head");

        site.server().close();

        Answer streamed = streaming.answer();
        Expect.equal("14", streamed.last("grpc-status"), "grpc-status: " + streamed);
        Expect.equal("tunnel-lost", streamed.last("x-tunnel-reason"), "reason: " + streamed);
        CallerKind.GRPC.assertFailed(unanswered.answer(), "tunnel-lost", 14, 502);
        CallerKind.HTTP.assertFailed(plain.answer(), "tunnel-lost", 14, 502);
        Expect.equal(INTERNAL_ERROR, plainBody.answer().reset(), "reset behind a plain head");
      }
      for (RawStream stream : atBackend) {
        stream.awaitReset();
      }
    }
  }

  /** A second signal while it drains: the calls are counted before they are cut. */
  @Test
  @Timeout(30)
  void forcedStopSaysHowManyCallsItCuts() throws Exception {
    try (RawBackend backend = RawBackend.start(stream -> {});
        LocalSite site = LocalSite.start(SitePlan.of(backend.hostAndPort()));
        RawConnection caller = RawConnection.dial(site.entry());
        LoggedLines lines = new LoggedLines("dev.adit.server.app.ServerDrain", Level.INFO)) {
      backend.script(backend::handOver);
      for (int i = 0; i < 3; i++) {
        caller.open(CallerKind.GRPC.request("/a.B/Stream"), false);
        backend.awaitRequest();
      }
      Thread drain = new Thread(site.server()::drain, "drain");
      drain.start();
      Eventually.holds("it drains", () -> lines.all().size() == 1);
      site.server().close();
      drain.join();
      Expect.equal(
          List.of(
              "INFO ServerDrain - draining: 3 calls run",
              "INFO ServerDrain - stopped: 3 calls were cut"),
          lines.all().stream().map(line -> line.replaceFirst(", up to.*", "")).toList(),
          "what is said");
    }
  }

  /**
   * The server has written all of the answer, but the caller takes it late, and says so meanwhile:
   * a connection that is closed then is reset by the kernel, which drops what waits.
   */
  @Test
  @Timeout(30)
  @EnabledOnOs(OS.LINUX)
  void answerThatIsTakenLateIsAwaited() throws Exception {
    try (RawBackend backend = RawBackend.start(RawBackend.Script.answer(LARGE))) {
      SitePlan plan = patient(backend);
      try (LocalSite site = LocalSite.start(plan)) {
        Thread end = new Thread(() -> drainAndClose(site), "drain");
        try (RawConnection caller = RawConnection.dialSilently(site.entry())) {
          caller.beginWithoutReading();
          RawStream call = caller.open(CallerKind.GRPC.request("/a.B/Large"), true);
          Eventually.holds("the answer is written", () -> isAnswered(backend, site));
          end.start();
          for (int i = 0; i < 15; i++) {
            Eventually.pass(Duration.ofMillis(100));
            caller.send(RawFrame.WINDOW_UPDATE, 0, 0, RawFrame.numbers(1));
          }
          caller.startReading();
          Answer answer = call.answer();
          Expect.equal("0", answer.last("grpc-status"), "grpc-status: " + answer);
        }
        end.join();
      }
    }
  }

  /** It stays and is heard, as a client that only pings; the grace is for who is owed something. */
  @Test
  @Timeout(15)
  @EnabledOnOs(OS.LINUX)
  void callerThatHasItsAnswerHoldsUpNoDrain() throws Exception {
    try (RawBackend backend = RawBackend.start(RawBackend.Script.answer(0))) {
      SitePlan plan = patient(backend);
      try (LocalSite site = LocalSite.start(plan);
          RawConnection caller = RawConnection.dial(site.entry())) {
        RawStream call = caller.open(CallerKind.GRPC.request("/a.B/C"), true);
        Expect.equal("0", call.answer().last("grpc-status"), "grpc-status");
        Thread end = new Thread(() -> drainAndClose(site), "drain");
        end.start();
        while (end.isAlive()) {
          Eventually.pass(Duration.ofMillis(300));
          hail(caller);
        }
      }
    }
  }

  /**
   * The loop is behind, as on a busy machine: what waits in its sockets is a call too. Its caller
   * gets an answer, or hears which of its calls was the last that the server has seen.
   */
  @Test
  @Timeout(30)
  void callThatIsOnItsWayWhenTheDrainIsOverIsNotLost() throws Exception {
    try (RawBackend backend = RawBackend.start(RawBackend.Script.answer(0))) {
      SitePlan plan = patient(backend);
      try (LocalSite site = LocalSite.start(plan);
          RawConnection caller = RawConnection.dial(site.entry())) {
        RawStream first = caller.open(CallerKind.GRPC.request("/a.B/C"), true);
        Expect.equal("0", first.answer().last("grpc-status"), "grpc-status");
        Eventually.holds("no call runs", () -> site.server().calls().running() == 0);
        Eventually.holds("each loop has a tunnel", site::hasAllTunnels);
        Thread end = new Thread(() -> drainAndClose(site), "drain");
        end.start();
        caller.awaitControl(RawFrame.GOAWAY);
        CountDownLatch busy = new CountDownLatch(1);
        site.occupyLoops(busy);
        RawStream late = caller.open(CallerKind.GRPC.request("/a.B/C"), true);
        Eventually.pass(Duration.ofMillis(1500));
        busy.countDown();
        if (caller.awaitControl(RawFrame.GOAWAY).number(0) >= late.id()) {
          Answer answer = late.answer();
          Expect.equal("0", answer.last("grpc-status"), "grpc-status: " + answer);
        }
        end.join();
      }
    }
  }

  /** A server that lets calls take their time when it ends. */
  private static SitePlan patient(RawBackend backend) {
    return SitePlan.of(backend.hostAndPort()).withServerSections("drain: {grace: 60s}\n");
  }

  private static void hail(RawConnection caller) {
    try {
      caller.send(RawFrame.PING, 0, 0, new byte[8]);
    } catch (IOException e) {
      // The server has gone.
    }
  }

  private static void drainAndClose(LocalSite site) {
    site.server().drain();
    site.server().close();
  }

  private static boolean isAnswered(RawBackend backend, LocalSite site) {
    return backend.requests() == 1 && site.server().calls().running() == 0;
  }

  /** No backend has seen it: stock clients may call another server at once. */
  @Test
  @Timeout(30)
  void callThatWaitsForItsFirstAgentIsRefused() throws Exception {
    try (RawBackend backend = RawBackend.start(stream -> {});
        LocalSite site = LocalSite.startServer(SitePlan.of(backend.hostAndPort()));
        RawConnection caller = RawConnection.dial(site.entry())) {
      RawStream waiting = caller.open(CallerKind.GRPC.request("/a.B/Early"), true);
      Eventually.holds("the call waits", () -> site.server().calls().running() == 1);
      site.server().close();
      Expect.equal(REFUSED_STREAM, waiting.answer().reset(), "reset");
    }
  }
}
