package dev.adit.conformance.stall;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adit.conformance.check.CallerKind;
import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.peer.Answer;
import dev.adit.conformance.peer.Field;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.peer.RawConnection;
import dev.adit.conformance.peer.RawStream;
import dev.adit.conformance.peer.StreamEvent;
import dev.adit.conformance.site.LocalSite;
import dev.adit.conformance.site.SitePlan;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** What callers and backends may send on a stream, by default, once it moves on as it comes. */
final class StreamWindowTest {
  private static final int INITIAL_BYTES = 64 << 10;

  /** No more than half of 256 KiB is held back before it is given. */
  private static final int GROWN_BYTES = 128 << 10;

  private static final int BODY_BYTES = 1 << 20;

  private static void awaitGrown(RawStream stream) {
    Eventually.holds("the window grows", () -> stream.window() >= GROWN_BYTES);
  }

  private static void readAll(RawStream stream) {
    stream.nextHead();
    boolean last = false;
    while (!last) {
      last = stream.next() instanceof StreamEvent.Data data && data.last();
    }
  }

  private static void answer(RawStream stream) throws IOException {
    stream.head(Field.list(":status", "200", "content-type", "application/grpc"), false);
    stream.head(Field.list("grpc-status", "0"), true);
  }

  @Test
  void callersMaySendMoreOnceTheirBytesMoveOn() throws Exception {
    try (RawBackend backend =
            RawBackend.start(
                stream -> {
                  readAll(stream);
                  answer(stream);
                });
        LocalSite site = LocalSite.start(SitePlan.of(backend.hostAndPort()));
        RawConnection caller = RawConnection.dial(site.entry())) {
      RawStream stream = caller.open(CallerKind.GRPC.request("/a.B/C"), false);
      Eventually.holds("SETTINGS are read", () -> stream.window() == INITIAL_BYTES);
      stream.data(new byte[BODY_BYTES], false);
      awaitGrown(stream);
      stream.data(new byte[0], true);
      assertEquals("0", stream.answer().last("grpc-status"));
      Eventually.empty(site::leftovers);
    }
  }

  @Test
  void backendsMaySendMoreOnceTheirBytesMoveOn() throws Exception {
    try (RawBackend backend =
            RawBackend.start(
                stream -> {
                  stream.nextHead();
                  stream.head(
                      Field.list(":status", "200", "content-type", "application/grpc"), false);
                  stream.data(new byte[BODY_BYTES], false);
                  awaitGrown(stream);
                  stream.head(Field.list("grpc-status", "0"), true);
                });
        LocalSite site = LocalSite.start(SitePlan.of(backend.hostAndPort()));
        RawConnection caller = RawConnection.dial(site.entry())) {
      Answer answer = caller.open(CallerKind.GRPC.request("/a.B/C"), true).answer();
      assertEquals("0", answer.last("grpc-status"));
      assertEquals(BODY_BYTES, answer.body().length);
      Eventually.empty(site::leftovers);
    }
  }
}
