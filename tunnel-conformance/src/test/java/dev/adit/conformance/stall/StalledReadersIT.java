package dev.adit.conformance.stall;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.conformance.check.CallerKind;
import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.peer.Answer;
import dev.adit.conformance.peer.Field;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.peer.RawConnection;
import dev.adit.conformance.peer.RawStream;
import dev.adit.conformance.site.AgentPlan;
import dev.adit.conformance.site.SitePlan;
import dev.adit.conformance.site.TunnelSite;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Callers that do not read hold up themselves and nobody else: what they hold is bounded, others
 * are answered, and they all finish once they read. Times are printed and gate nothing.
 */
@Timeout(120)
final class StalledReadersIT {
  private static final int STALLED = 1000;
  private static final int BODY_BYTES = 192 * 1024;
  private static final int OTHERS = 1000;
  private static final int WARM_UP = 2;
  private static final Duration STILL = Duration.ofSeconds(1);
  private static final int PIECE = 4096;

  /** What a server and an agent may hold of one call. */
  private static final int HELD_BYTES = 2 * 256 * 1024;

  private static final int HUGE_BYTES = 8 << 20;

  // shared
  private final AtomicLong sentOfHuge = new AtomicLong();

  private void serve(RawStream stream) throws IOException {
    stream.nextHead();
    stream.head(Field.list(":status", "200", "content-type", "application/grpc"), false);
    for (int sent = 0; sent < HUGE_BYTES; sent += PIECE) {
      stream.data(new byte[PIECE], false);
      sentOfHuge.addAndGet(PIECE);
    }
    stream.head(Field.list("grpc-status", "0"), true);
  }

  private static RawStream shortCall(RawConnection connection) throws IOException {
    RawStream call = connection.open(CallerKind.GRPC.request("/" + StalledReader.SHORT), false);
    call.data(new byte[5], true);
    return call;
  }

  /** The time that 99 of 100 calls need at most, one after the other. */
  private static long p99Micros(RawConnection connection) throws IOException {
    long[] times = new long[OTHERS];
    for (int i = 0; i < OTHERS; i++) {
      long begun = System.nanoTime();
      assertEquals("0", shortCall(connection).answer().last("grpc-status"));
      times[i] = System.nanoTime() - begun;
    }
    Arrays.sort(times);
    return times[OTHERS * 99 / 100] / 1000;
  }

  /** The first calls of young processes measure their compilers. */
  private static void warmUp(RawConnection connection) throws IOException {
    for (int round = 0; round < WARM_UP; round++) {
      p99Micros(connection);
    }
  }

  private static TunnelSite start(String backend) throws Exception {
    return TunnelSite.start(
        SitePlan.ofGroup("shop", AgentPlan.of("agent-1", "shop", backend))
            .withEntryOptions("maxStreamsPerConnection: 2000"));
  }

  @Test
  void aStalledCallHoldsNoMoreThanItsWindows() throws Exception {
    try (RawBackend backend = RawBackend.start(this::serve);
        TunnelSite site = start(backend.hostAndPort());
        RawConnection caller = RawConnection.dial(site.entryAddress(), 0)) {
      RawStream stalled = caller.open(CallerKind.GRPC.request("/a.B/C"), true);
      stalled.nextHead();
      long held = awaitStill(sentOfHuge);
      assertTrue(held > 0 && held <= HELD_BYTES, held + " bytes are held of one call");
      stalled.grant(HUGE_BYTES);
      Answer answer = stalled.answer();
      assertEquals("0", answer.last("grpc-status"));
      assertEquals(HUGE_BYTES, answer.body().length);
      System.out.printf("StalledReadersIT: one stalled call holds %d KiB in all%n", held / 1024);
    }
  }

  /** The count once it has not grown for a while. */
  private static long awaitStill(AtomicLong count) {
    long before = -1;
    while (before != count.get() || before == 0) {
      before = count.get();
      Eventually.pass(Duration.ofMillis(300));
    }
    return before;
  }

  @Test
  void aThousandStalledCallsDelayNobodyAndFinish() throws Exception {
    Server backend = StalledReader.backend(BODY_BYTES).build().start();
    try (TunnelSite site = start("127.0.0.1:" + backend.getPort());
        RawConnection others = RawConnection.dial(site.entryAddress())) {
      warmUp(others);
      long alone = p99Micros(others);
      ManagedChannel channel = StalledReader.channel(site.entryAddress());
      List<StalledReader> readers = new ArrayList<>();
      for (int i = 0; i < STALLED; i++) {
        readers.add(StalledReader.start(channel));
      }
      for (StalledReader reader : readers) {
        reader.awaitHead();
      }
      // All of them have sent what there is room for.
      Eventually.pass(STILL);
      warmUp(others);
      long beside = p99Micros(others);
      assertEquals(STALLED, site.status().calls().running());

      long resumed = System.nanoTime();
      readers.forEach(StalledReader::read);
      for (StalledReader reader : readers) {
        assertEquals(BODY_BYTES, reader.awaitEnd());
      }
      Duration finished = Duration.ofNanos(System.nanoTime() - resumed);
      Eventually.holds("no call is left", () -> site.status().calls().running() == 0);
      System.out.printf(
          "StalledReadersIT: %d stalled calls finished %d ms after they were read again; p99 of others %d us alone, %d us beside them%n",
          STALLED, finished.toMillis(), alone, beside);
      channel.shutdownNow();
      site.checkAlive();
    } finally {
      backend.shutdownNow();
    }
  }
}
