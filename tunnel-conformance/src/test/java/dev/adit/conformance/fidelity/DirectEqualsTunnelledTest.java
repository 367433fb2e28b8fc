package dev.adit.conformance.fidelity;

import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.check.Expect;
import dev.adit.conformance.peer.Answer;
import dev.adit.conformance.peer.Field;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.peer.RawConnection;
import dev.adit.conformance.peer.RawStream;
import dev.adit.conformance.peer.StreamEvent;
import dev.adit.conformance.site.LocalSite;
import dev.adit.conformance.site.SitePlan;
import dev.adit.conformance.site.TunnelSizes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * 10,000 generated calls, each made straight to a backend and then through one of four tunnels that
 * cut differently: both ends must see the same both times, but for the fields we say we add. A
 * failure names its seed; {@code -Dadit.seed=N} runs one again.
 */
final class DirectEqualsTunnelledTest {
  private static final int CASES = 10_000;
  private static final int WAIT_SECONDS = 10;

  // shared: thread-safe by itself
  private final BlockingQueue<Received> received = new LinkedBlockingQueue<>();

  /** A tunnel, and how large a frame may be so that a case stays a matter of milliseconds. */
  @SuppressWarnings("ImmutableEnumChecker") // a record of numbers
  private enum Cutting {
    EVERY_BYTE(TunnelSizes.cutAfter(1), 400),
    SEVEN_BYTES(TunnelSizes.cutAfter(7), 4000),
    SMALL_WINDOW(TunnelSizes.window(1024), 8000),
    ONE_CHUNK_A_MESSAGE(TunnelSizes.oneChunkAMessage(), 16_000);

    private final TunnelSizes sizes;
    private final int largestFrame;

    Cutting(TunnelSizes sizes, int largestFrame) {
      this.sizes = sizes;
      this.largestFrame = largestFrame;
    }

    static Cutting of(long seed) {
      return switch ((int) Math.floorMod(seed, 16L)) {
        case 0 -> EVERY_BYTE;
        case 1, 2, 3, 4 -> SEVEN_BYTES;
        case 5, 6, 7, 8, 9 -> SMALL_WINDOW;
        default -> ONE_CHUNK_A_MESSAGE;
      };
    }
  }

  /** What a backend got. */
  @SuppressWarnings("ArrayRecordComponent") // made to be looked into, not compared
  private record Received(List<Field> head, String problem, byte[] body) {}

  @Test
  @Timeout(value = 120, unit = TimeUnit.SECONDS)
  void bothEndsSeeTheSame() throws Exception {
    Long given = Long.getLong("adit.seed");
    long first = given == null ? new Random().nextLong() : given;
    int cases = given == null ? CASES : 1;
    try (RawBackend backend = RawBackend.start(stream -> {});
        RawConnection direct = RawConnection.dial(backend.address())) {
      List<LocalSite> sites = new ArrayList<>();
      try {
        Map<Cutting, RawConnection> tunnels = new EnumMap<>(Cutting.class);
        for (Cutting cutting : Cutting.values()) {
          LocalSite site =
              LocalSite.start(SitePlan.of(backend.hostAndPort()).withSizes(cutting.sizes));
          sites.add(site);
          tunnels.put(cutting, RawConnection.dial(site.entry()));
        }
        for (long seed = first; seed < first + cases; seed++) {
          Cutting cutting = Cutting.of(seed);
          CallCase call = CallCase.random(new Random(seed), cutting.largestFrame);
          compare(call, seed, backend, direct, Objects.requireNonNull(tunnels.get(cutting)));
        }
        for (RawConnection tunnel : tunnels.values()) {
          tunnel.close();
        }
        for (LocalSite site : sites) {
          Eventually.empty(site::leftovers);
        }
      } finally {
        sites.forEach(LocalSite::close);
      }
    }
  }

  private void compare(
      CallCase call, long seed, RawBackend backend, RawConnection direct, RawConnection tunnel) {
    try {
      backend.script(stream -> receive(call, stream, seed));
      Exchange expected = run(call, direct, seed).normalised();
      Exchange actual = run(call, tunnel, seed).normalised();
      Expect.equal("", expected.differenceTo(actual), "difference");
    } catch (IOException | RuntimeException | AssertionError e) {
      throw new AssertionError("seed " + seed + ": " + e.getMessage() + "\nin " + call, e);
    }
  }

  private void receive(CallCase call, RawStream stream, long seed) throws IOException {
    StreamEvent event = stream.next();
    if (!(event instanceof StreamEvent.Head head)) {
      received.add(new Received(List.of(), "no head but " + event, new byte[0]));
      return;
    }
    try {
      byte[] body = Exchange.answer(call, stream, head.last(), seed);
      received.add(new Received(head.fields(), "", body));
    } catch (IOException | AssertionError e) {
      received.add(new Received(head.fields(), String.valueOf(e), new byte[0]));
    }
  }

  private Exchange run(CallCase call, RawConnection connection, long seed) throws IOException {
    RawStream stream = connection.open(call.request(), call.requestEndsWithHead());
    if (!call.requestEndsWithHead()) {
      Exchange.write(call, call.requestBody(), stream, seed, true);
    }
    Answer answer = stream.answer();
    Received request = takeReceived();
    Expect.equal("", request.problem(), "at the backend");
    return Exchange.of(request.head(), request.body(), answer);
  }

  private Received takeReceived() {
    try {
      Received request = received.poll(WAIT_SECONDS, TimeUnit.SECONDS);
      if (request == null) {
        throw new AssertionError("the backend did not finish in " + WAIT_SECONDS + " s");
      }
      return request;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }
}
