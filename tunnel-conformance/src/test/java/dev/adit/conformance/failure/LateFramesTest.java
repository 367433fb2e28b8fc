package dev.adit.conformance.failure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.adit.conformance.check.CallerKind;
import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.peer.Answer;
import dev.adit.conformance.peer.Field;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.peer.RawConnection;
import dev.adit.conformance.peer.RawFrame;
import dev.adit.conformance.peer.RawStream;
import dev.adit.conformance.peer.StreamEvent;
import dev.adit.conformance.site.AgentPlan;
import dev.adit.conformance.site.LocalSite;
import dev.adit.conformance.site.SitePlan;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Frames that were under way when their stream was reset are nobody's fault (RFC 9113 5.1): they
 * are not answered, not counted, and cost no other call anything.
 */
@Timeout(60)
final class LateFramesTest {
  private static final int NO_ERROR = 0;
  private static final int REFUSED_STREAM = 7;
  private static final int CANCEL = 8;
  private static final int LIMIT = 5;

  /** More than the entry's limit on streams that a caller forces it to reset. */
  private static final int MANY = 150;

  private static final int WITHIN_THE_WINDOW = 60;

  private RawBackend backend;
  private LocalSite site;
  private RawConnection caller;

  @BeforeEach
  void startSite() throws Exception {
    backend = RawBackend.start(stream -> {});
    backend.script(backend::handOver);
    site =
        LocalSite.start(
            SitePlan.ofGroup("shop", AgentPlan.of("a", "shop", backend.hostAndPort()))
                .withEntryOptions("maxStreamsPerConnection: " + LIMIT));
    caller = RawConnection.dial(site.entry());
  }

  @AfterEach
  void stopSite() throws IOException {
    caller.close();
    site.close();
    backend.close();
  }

  private void answer(RawStream stream) throws IOException {
    stream.head(
        Field.list(":status", "200", "content-type", "application/grpc", "grpc-status", "0"), true);
  }

  /** The same connection carries a call, and nothing came between. */
  private void assertUnharmed() throws IOException {
    Eventually.empty(site::leftovers);
    RawStream next = caller.open(CallerKind.GRPC.request("/a.B/C"), true);
    answer(backend.awaitRequest());
    assertEquals("0", next.answer().last("grpc-status"));
    Eventually.empty(site::leftovers);
  }

  @Test
  void uploadsThatEndEarlyMayBeUnderWay() throws Exception {
    for (int i = 0; i < MANY; i++) {
      RawStream upload = caller.open(CallerKind.GRPC.request("/a.B/C"), false);
      answer(backend.awaitRequest());
      Answer answer = upload.answer();
      assertNull(answer.reset());
      assertEquals(NO_ERROR, upload.awaitReset());
      upload.data(new byte[1000], false);
      upload.data(new byte[1000], true);
      caller.send(RawFrame.RST_STREAM, 0, upload.id(), RawFrame.numbers(CANCEL));
    }
    assertUnharmed();
  }

  @Test
  void bodyOfRefusedCallIsDropped() throws Exception {
    RawStream[] running = new RawStream[LIMIT];
    for (int i = 0; i < LIMIT; i++) {
      caller.open(CallerKind.GRPC.request("/a.B/C"), true);
      running[i] = backend.awaitRequest();
    }
    for (int i = 0; i < LIMIT; i++) {
      RawStream refused = caller.open(CallerKind.GRPC.request("/a.B/C"), false);
      assertEquals(REFUSED_STREAM, refused.awaitReset());
      refused.data(new byte[1000], false);
      refused.grant(10);
      refused.head(Field.list("trailer", "yes"), true);
    }
    for (RawStream stream : running) {
      answer(stream);
    }
    assertUnharmed();
  }

  @Test
  void backendIsNotResetAgainForWhatItHasSentMeanwhile() throws Exception {
    RawStream cancelled = caller.open(CallerKind.GRPC.request("/a.B/C"), false);
    RawStream atBackend = backend.awaitRequest();
    cancelled.reset(CANCEL);
    assertEquals(CANCEL, atBackend.awaitReset());
    atBackend.head(Field.list(":status", "200", "content-type", "application/grpc"), false);
    for (int i = 0; i < WITHIN_THE_WINDOW; i++) {
      atBackend.data(new byte[1000], false);
    }
    atBackend.head(Field.list("grpc-status", "0"), true);
    assertUnharmed();
    // What it hears next of this stream is that the test has closed its connection.
    atBackend.connection().close();
    assertInstanceOf(StreamEvent.Lost.class, atBackend.next());
  }
}
