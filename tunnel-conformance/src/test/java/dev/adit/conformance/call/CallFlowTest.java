package dev.adit.conformance.call;

import dev.adit.conformance.check.CallerKind;
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
import dev.adit.core.http2.GrpcTimeout;
import io.netty.util.AsciiString;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One call step by step, with caller and backend in the test's hand. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class CallFlowTest {
  private static final int NO_ERROR = 0;
  private static final int CANCEL = 8;
  private static final List<Field> HEAD =
      Field.list(":status", "200", "content-type", "application/grpc");
  private static final List<Field> OK = Field.list("grpc-status", "0");

  private RawBackend backend;
  private LocalSite site;
  private RawConnection caller;

  @BeforeAll
  void startSite() throws Exception {
    backend = RawBackend.start(stream -> backend.handOver(stream));
    site = LocalSite.start(SitePlan.of(backend.hostAndPort()));
  }

  @BeforeEach
  void dial() throws IOException {
    caller = RawConnection.dial(site.entry());
  }

  @AfterEach
  void everyTableIsEmpty() throws IOException {
    caller.close();
    Eventually.empty(site::leftovers);
  }

  @AfterAll
  void stopSite() throws IOException {
    site.close();
    backend.close();
  }

  private RawStream open(boolean last, String... fields) throws IOException {
    return caller.open(CallerKind.GRPC.request("/a.B/Method", fields), last);
  }

  private static void expectBytes(byte[] expected, byte[] actual) {
    Expect.that(
        Arrays.equals(expected, actual),
        "expected " + Arrays.toString(expected) + ", got " + Arrays.toString(actual));
  }

  @Test
  void bothDirectionsFlowAtOnce() throws IOException {
    RawStream call = open(false);
    RawStream atBackend = backend.awaitRequest();
    atBackend.nextHead();
    atBackend.head(HEAD, false);
    call.nextHead();
    for (byte i = 0; i < 100; i++) {
      call.data(new byte[] {i}, false);
      expectBytes(new byte[] {i}, atBackend.nextData());
      atBackend.data(new byte[] {i, i}, false);
      expectBytes(new byte[] {i, i}, call.nextData());
    }
    call.data(new byte[0], true);
    Expect.that(atBackend.next().last(), "the half-close arrives");
    atBackend.head(OK, true);
    Expect.equal("0", call.answer().last("grpc-status"), "grpc-status");
  }

  @Test
  void halfCloseIsNotCancel() throws IOException {
    RawStream call = open(true);
    RawStream atBackend = backend.awaitRequest();
    atBackend.nextHead();
    Expect.that(atBackend.next().last(), "the half-close arrives");
    atBackend.head(HEAD, false);
    call.nextHead();
    atBackend.data(new byte[] {1, 2, 3}, false);
    expectBytes(new byte[] {1, 2, 3}, call.nextData());
    atBackend.head(OK, true);
    Expect.equal("0", call.answer().last("grpc-status"), "grpc-status");
  }

  /** As gRPC prescribes: servers such as grpc-go's wait for the DATA frame. */
  @Test
  void grpcRequestWithoutAMessageEndsWithData() throws IOException {
    RawStream call = open(true);
    RawStream atBackend = backend.awaitRequest();
    Expect.that(!atBackend.next().last(), "the head does not end the request");
    StreamEvent end = atBackend.next();
    Expect.that(end instanceof StreamEvent.Data && end.last(), "it ends with DATA, not " + end);
    atBackend.head(Field.with(HEAD, "grpc-status", "0"), true);
    Expect.equal("0", call.answer().last("grpc-status"), "grpc-status");
  }

  @Test
  void plainRequestWithoutABodyEndsWithItsHead() throws IOException {
    RawStream call = caller.open(CallerKind.HTTP.request("/"), true);
    RawStream atBackend = backend.awaitRequest();
    Expect.that(atBackend.next().last(), "the request is its head alone");
    atBackend.head(Field.list(":status", "204"), true);
    Expect.equal("204", call.answer().status(), "status");
  }

  @Test
  void headArrivesBeforeAnyBody() throws IOException {
    RawStream call = open(false);
    RawStream atBackend = backend.awaitRequest();
    atBackend.head(Field.with(HEAD, "x-early", "1"), false);
    Expect.equal("1", Field.value(call.nextHead(), "x-early"), "the head by itself");
    call.reset(CANCEL);
    Expect.equal(CANCEL, atBackend.awaitReset(), "code");
  }

  @ParameterizedTest
  @EnumSource
  void callersResetReachesTheBackend(CallerKind kind) throws IOException {
    RawStream call = caller.open(kind.request("/a.B/Method"), false);
    RawStream atBackend = backend.awaitRequest();
    call.reset(CANCEL);
    Expect.equal(CANCEL, atBackend.awaitReset(), "code");
  }

  @ParameterizedTest
  @EnumSource
  void callersEndReachesTheBackend(CallerKind kind) throws IOException {
    caller.open(kind.request("/a.B/Method"), false);
    RawStream atBackend = backend.awaitRequest();
    caller.close();
    Expect.equal(CANCEL, atBackend.awaitReset(), "code");
  }

  @Test
  void callersResetAfterItsHalfCloseReachesTheBackend() throws IOException {
    RawStream call = open(true);
    RawStream atBackend = backend.awaitRequest();
    atBackend.head(HEAD, false);
    call.nextHead();
    call.reset(CANCEL);
    Expect.equal(CANCEL, atBackend.awaitReset(), "code");
  }

  @Test
  void callersResetReachesABackendThatTakesNothing() throws Exception {
    try (RawBackend deaf = RawBackend.start(new byte[0], stream -> {});
        LocalSite own = LocalSite.start(SitePlan.of(deaf.hostAndPort()));
        RawConnection toOwn = RawConnection.dial(own.entry())) {
      deaf.script(deaf::handOver);
      RawStream call = toOwn.open(CallerKind.GRPC.request("/a.B/Method"), false);
      RawStream atBackend = deaf.awaitRequest();
      // More than its window: the rest waits in the agent, the tunnel and the server.
      call.data(new byte[70_000], false);
      call.reset(CANCEL);
      Expect.equal(CANCEL, atBackend.awaitReset(), "code");
      Eventually.empty(own::leftovers);
    }
  }

  @Test
  void responseThatEndsBeforeItsRequestStopsTheCaller() throws IOException {
    RawStream call = open(false);
    RawStream atBackend = backend.awaitRequest();
    atBackend.nextHead();
    call.data(new byte[] {1}, false);
    expectBytes(new byte[] {1}, atBackend.nextData());
    atBackend.head(Field.with(HEAD, "grpc-status", "9", "grpc-message", "enough"), true);
    Answer answer = call.answer();
    Expect.equal("9", answer.last("grpc-status"), "the backend's own status");
    Expect.equal("enough", answer.last("grpc-message"), "the backend's own message");
    Expect.equal(NO_ERROR, call.awaitReset(), "the caller need not send the rest");
    Expect.equal(NO_ERROR, atBackend.awaitReset(), "the backend need not wait for it");
  }

  @Test
  void resetWithNoErrorAfterACompleteResponseIsNoError() throws IOException {
    RawStream call = open(false);
    RawStream atBackend = backend.awaitRequest();
    atBackend.head(HEAD, false);
    atBackend.data(new byte[] {5}, false);
    atBackend.head(OK, true);
    atBackend.reset(NO_ERROR);
    Answer answer = call.answer();
    Expect.equal("0", answer.last("grpc-status"), "grpc-status: " + answer);
    expectBytes(new byte[] {5}, answer.body());
  }

  @Test
  void deadlineIsForwardedLessTheTimeSpent() throws IOException {
    long before = System.nanoTime();
    RawStream call = open(true, "grpc-timeout", "30S");
    List<Field> head = backend.awaitRequest().nextHead();
    long spent = System.nanoTime() - before;
    String value = Objects.requireNonNullElse(Field.value(head, "grpc-timeout"), "none");
    long left = GrpcTimeout.parseNanos(new AsciiString(value));
    long all = TimeUnit.SECONDS.toNanos(30);
    // Units of the header round down by less than a millisecond each.
    long rounding = TimeUnit.MILLISECONDS.toNanos(2);
    Expect.that(left < all, "something has been spent: " + value);
    Expect.that(left >= all - spent - rounding, "no more than what passed: " + value);
    long count = head.stream().filter(field -> field.name().equals("grpc-timeout")).count();
    Expect.equal(1L, count, "grpc-timeout fields");
    call.reset(CANCEL);
  }

  @Test
  void callWithoutADeadlineGetsNone() throws IOException {
    RawStream call = open(true);
    Expect.equal(null, Field.value(backend.awaitRequest().nextHead(), "grpc-timeout"), "deadline");
    call.reset(CANCEL);
  }

  @Test
  void backendsCancelAfterTheDeadlineIsTheDeadline() throws IOException {
    RawStream call = open(true, "grpc-timeout", "100m");
    RawStream atBackend = backend.awaitRequest();
    Answer answer = call.answer();
    Expect.equal("4", answer.last("grpc-status"), "grpc-status: " + answer);
    Expect.equal(CANCEL, atBackend.awaitReset(), "code");
  }

  @Test
  void informationalResponsesPass() throws IOException {
    RawStream call = caller.open(CallerKind.HTTP.request("/page"), true);
    RawStream atBackend = backend.awaitRequest();
    atBackend.head(Field.list(":status", "103", "link", "</style.css>"), false);
    atBackend.head(Field.list(":status", "103", "link", "</more.css>"), false);
    atBackend.head(Field.list(":status", "200"), true);
    Answer answer = call.answer();
    Expect.equal(2, answer.informational().size(), "1xx heads: " + answer);
    Expect.equal("</more.css>", Field.value(answer.informational().get(1), "link"), "link");
    Expect.equal("200", answer.status(), "status");
  }

  @Test
  void headRequestHasAnEmptyAnswerWithItsContentLength() throws IOException {
    List<Field> request =
        Field.list(":method", "HEAD", ":scheme", "http", ":path", "/", ":authority", "a");
    RawStream call = caller.open(request, true);
    RawStream atBackend = backend.awaitRequest();
    atBackend.head(Field.list(":status", "200", "content-length", "42"), true);
    Answer answer = call.answer();
    Expect.equal("42", answer.last("content-length"), "content-length: " + answer);
    Expect.that(answer.headWasLast(), "no body: " + answer);
  }

  @Test
  void optionsAsteriskPasses() throws IOException {
    List<Field> request =
        Field.list(":method", "OPTIONS", ":scheme", "http", ":path", "*", ":authority", "a");
    RawStream call = caller.open(request, true);
    RawStream atBackend = backend.awaitRequest();
    Expect.equal("*", Field.value(atBackend.nextHead(), ":path"), "path");
    atBackend.head(Field.list(":status", "204"), true);
    Expect.equal("204", call.answer().status(), "status");
  }

  @Test
  void paddingCostsNoWindowForGood() throws IOException {
    RawStream call = open(false);
    RawStream atBackend = backend.awaitRequest();
    atBackend.nextHead();
    // Ten windows' worth of padding: each byte of it must come back.
    int frames = 3000;
    byte[] bytes = {7};
    for (int i = 0; i < frames; i++) {
      call.paddedData(bytes, 255, i == frames - 1);
    }
    Expect.equal(frames, bodyLength(atBackend), "bytes without padding");
    atBackend.head(HEAD, false);
    for (int i = 0; i < frames; i++) {
      atBackend.paddedData(bytes, 255, false);
    }
    atBackend.head(OK, true);
    Expect.equal(frames, call.answer().body().length, "bytes without padding");
  }

  private static int bodyLength(RawStream stream) {
    int length = 0;
    StreamEvent event;
    do {
      event = stream.next();
      length += event instanceof StreamEvent.Data data ? data.bytes().length : 0;
    } while (!event.last());
    return length;
  }

  @Test
  void callAfterManyCancelsWorks() throws IOException {
    backend.script(stream -> stream.head(HEAD, false));
    for (int i = 0; i < 80; i++) {
      RawStream call = open(false);
      call.data(new byte[1000], false);
      // The last one too: what comes to the backend afterwards is not one of these.
      if (i % 2 == 1) {
        call.nextHead();
      }
      call.reset(CANCEL);
    }
    backend.script(backend::handOver);
    RawStream call = open(true, "x-last", "1");
    RawStream atBackend = backend.awaitRequest();
    while (Field.value(atBackend.nextHead(), "x-last") == null) {
      atBackend = backend.awaitRequest();
    }
    atBackend.head(Field.with(HEAD, "grpc-status", "0"), true);
    Expect.equal("0", call.answer().last("grpc-status"), "grpc-status");
  }
}
