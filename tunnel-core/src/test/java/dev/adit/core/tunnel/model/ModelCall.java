package dev.adit.core.tunnel.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.CallReset;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.RequestSide;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.wire.RequestHead;
import dev.adit.testing.tunnel.ResponseLog;
import dev.adit.testing.tunnel.TunnelPair;
import dev.adit.testing.tunnel.TunnelPair.Arrived;
import io.netty.util.AsciiString;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A caller and a backend of one call who do what chance tells them, and know what each should have
 * heard of the other.
 */
final class ModelCall {
  private final TunnelPair pair;
  private final Random random;
  private final ResponseLog response = new ResponseLog();
  private final RequestSide request;
  private final AsciiString name;

  // what the caller has done
  private final ByteArrayOutputStream requestSent = new ByteArrayOutputStream();
  private int responseRead;
  private boolean halfClosed;
  private boolean cancelled;

  // what the backend has done
  private @Nullable Arrived arrived;
  private final ByteArrayOutputStream responseSent = new ByteArrayOutputStream();
  private int requestRead;
  private boolean accepted;
  private boolean responding;
  private @Nullable String end;

  ModelCall(TunnelPair pair, Random random) {
    this.pair = pair;
    this.random = random;
    name = new AsciiString("/call/" + System.identityHashCode(this) + "/" + random.nextLong());
    CallHeaders usual = TunnelPair.headers();
    CallHeaders headers =
        new CallHeaders(
            usual.protocol(),
            usual.method(),
            usual.scheme(),
            usual.authority(),
            name,
            usual.fields(),
            usual.timeoutNanos());
    request =
        pair.server().stream()
            .open(headers, AsciiString.of("group"), AsciiString.of("rule"), 1, response);
  }

  /** Whether this is the call of that head. */
  boolean sent(RequestHead head) {
    return head.headers().path().equals(name);
  }

  void arrive(Arrived call) {
    arrived = call;
  }

  private byte[] someBytes() {
    byte[] bytes = new byte[random.nextInt(random.nextBoolean() ? 40 : 900)];
    random.nextBytes(bytes);
    return bytes;
  }

  void callerSends() {
    if (halfClosed || cancelled || response.isEnded()) {
      return;
    }
    byte[] bytes = someBytes();
    requestSent.writeBytes(bytes);
    halfClosed = random.nextInt(6) == 0;
    request.onRequestChunk(pair.chunk(bytes), halfClosed);
  }

  void callerReads(boolean all) {
    int waiting = response.body().length - responseRead;
    int bytes = all ? waiting : random.nextInt(waiting + 1);
    if (bytes > 0) {
      responseRead += bytes;
      request.onResponseConsumed(bytes);
    }
  }

  void callerCancels() {
    if (!cancelled && !response.isEnded()) {
      cancelled = true;
      request.onCancel(CallReset.cancelled());
    }
  }

  private @Nullable Arrived backend() {
    Arrived call = arrived;
    return call == null || end != null || call.request().cancelled() != null ? null : call;
  }

  void backendAccepts() {
    Arrived call = backend();
    if (call != null && !accepted && !responding) {
      accepted = true;
      call.response().onAccepted(AsciiString.of("up"), AsciiString.of("127.0.0.1:1"));
    }
  }

  void backendReads(boolean all) {
    Arrived call = arrived;
    if (call == null) {
      return;
    }
    int waiting = call.request().body().length - requestRead;
    int bytes = all ? waiting : random.nextInt(waiting + 1);
    if (bytes > 0) {
      requestRead += bytes;
      call.response().onRequestConsumed(bytes);
    }
  }

  void backendSends() {
    Arrived call = backend();
    if (call == null) {
      return;
    }
    if (!responding) {
      boolean informational = random.nextInt(3) == 0;
      responding = !informational;
      call.response().onHead(head(informational ? 103 : 200), false);
      return;
    }
    byte[] bytes = someBytes();
    responseSent.writeBytes(bytes);
    call.response().onResponseChunk(pair.chunk(bytes), false);
  }

  void backendEnds() {
    Arrived call = backend();
    if (call == null) {
      return;
    }
    if (random.nextInt(4) == 0) {
      end = "reset backend-reset last";
      call.response()
          .onReset(new CallReset(CallFailure.BACKEND_RESET, 2, true, "the backend reset the call"));
    } else if (!responding) {
      responding = true;
      end = "head 200 last";
      call.response().onHead(head(200), true);
    } else if (random.nextBoolean()) {
      end = "trailers last";
      call.response().onTrailers(new HeaderFields().add(AsciiString.of("t"), AsciiString.of("v")));
    } else {
      end = "chunk last";
      byte[] bytes = someBytes();
      responseSent.writeBytes(bytes);
      call.response().onResponseChunk(pair.chunk(bytes), true);
    }
  }

  private static ResponseHead head(int status) {
    return new ResponseHead(status, new HeaderFields());
  }

  /** Whoever is left does what brings the call to its end. */
  void finish() {
    callerReads(true);
    backendReads(true);
    if (!cancelled && !response.isEnded()) {
      backendEnds();
    }
  }

  /** What each heard is what the other said, as far as it got. */
  void check() {
    int heard = response.body().length;
    assertArrayEquals(Arrays.copyOf(responseSent.toByteArray(), heard), response.body());
    Arrived call = arrived;
    if (call != null) {
      int came = call.request().body().length;
      assertArrayEquals(Arrays.copyOf(requestSent.toByteArray(), came), call.request().body());
      assertTrue(requestSent.size() >= response.requestConsumed());
    }
    if (!response.isEnded()) {
      return;
    }
    String last = response.events().get(response.events().size() - 1);
    // A response without a body may say so with its head.
    boolean bare = "chunk last".equals(end) && responseSent.size() == 0;
    assertTrue(last.equals(end) || (bare && last.equals("head 200 last")), last + " for " + end);
    if (!last.startsWith("reset")) {
      assertEquals(responseSent.size(), heard, () -> "of " + response.events());
    }
  }

  /** After the tunnel has come to rest. */
  void checkEnd() {
    check();
    if (cancelled) {
      assertTrue(arrived == null || end != null || arrived.request().cancelled() != null);
      return;
    }
    assertTrue(response.isEnded());
    Arrived call = arrived;
    assertNotNull(call);
    assertNull(call.request().cancelled());
  }

  /** After the tunnel was lost. */
  void checkLost() {
    if (!cancelled) {
      assertTrue(response.isEnded());
    }
  }
}
