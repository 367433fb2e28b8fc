package dev.adit.conformance.failure.backend;

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
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Backends that reset, hang up, go away, or do not speak gRPC. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class BackendFaultTest {
  private static final List<Field> GRPC_HEAD =
      Field.list(":status", "200", "content-type", "application/grpc");
  private static final List<Field> OK = Field.list("grpc-status", "0");
  private static final byte[] HALF_A_MESSAGE = {0, 0, 0, 0, 9, 1, 2, 3};

  private RawBackend backend;
  private LocalSite site;
  private RawConnection caller;

  @BeforeAll
  void startSite() throws Exception {
    backend = RawBackend.start(stream -> {});
    site = LocalSite.start(SitePlan.of(backend.hostAndPort()));
  }

  @BeforeEach
  void dial() throws IOException {
    caller = RawConnection.dial(site.entry());
  }

  @AfterEach
  void everyTableIsEmptyAndTheNextCallWorks() throws IOException {
    backend.script(stream -> stream.head(Field.with(GRPC_HEAD, "grpc-status", "0"), true));
    Answer next = caller.open(CallerKind.GRPC.request("/a.B/Next"), true).answer();
    Expect.equal("0", next.last("grpc-status"), "the next call: " + next);
    caller.close();
    Eventually.empty(site::leftovers);
  }

  @AfterAll
  void stopSite() throws IOException {
    site.close();
    backend.close();
  }

  private Answer call(CallerKind kind) throws IOException {
    return caller.open(kind.request("/a.B/Method"), true).answer();
  }

  /** The caller has the head and half a message when the backend fails. */
  private Answer callThatFailsMidMessage(CallerKind kind, RawBackend.Script failing)
      throws IOException {
    backend.script(
        stream -> {
          stream.head(GRPC_HEAD, false);
          stream.data(HALF_A_MESSAGE, false);
          backend.handOver(stream);
        });
    RawStream call = caller.open(kind.request("/a.B/Method"), true);
    Expect.equal("200", Field.value(call.nextHead(), ":status"), "status");
    Expect.equal(HALF_A_MESSAGE.length, call.nextData().length, "bytes of half a message");
    failing.run(backend.awaitRequest());
    return call.answer();
  }

  /** gRPC over HTTP/2, "Errors". */
  private static int grpcStatusOf(int resetCode) {
    return switch (resetCode) {
      case 7 -> 14;
      case 8 -> 1;
      case 11 -> 8;
      case 12 -> 7;
      default -> 13;
    };
  }

  static Stream<Arguments> resets() {
    return Stream.of(CallerKind.values())
        .flatMap(kind -> IntStream.rangeClosed(0, 14).mapToObj(code -> Arguments.of(kind, code)));
  }

  @ParameterizedTest
  @MethodSource("resets")
  void resetBeforeTheHead(CallerKind kind, int code) throws IOException {
    backend.script(stream -> stream.reset(code));
    kind.assertFailed(call(kind), "backend-reset", grpcStatusOf(code), 502);
  }

  @ParameterizedTest
  @MethodSource("resets")
  void resetMidMessage(CallerKind kind, int code) throws IOException {
    Answer answer = callThatFailsMidMessage(kind, stream -> stream.reset(code));
    if (kind == CallerKind.GRPC) {
      String expected = Integer.toString(grpcStatusOf(code));
      Expect.equal(expected, answer.last("grpc-status"), "grpc-status: " + answer);
      Expect.equal("backend-reset", answer.last("x-tunnel-reason"), "reason: " + answer);
      Expect.that(answer.last("x-request-id") != null, "x-request-id: " + answer);
      Expect.equal(null, answer.reset(), "reset: " + answer);
    } else {
      Expect.equal(2, answer.reset(), "reset: " + answer);
    }
  }

  @ParameterizedTest
  @EnumSource
  void connectionClosedBeforeTheHead(CallerKind kind) throws IOException {
    backend.script(stream -> stream.connection().close());
    kind.assertFailed(call(kind), "backend-unreachable", 14, 502);
  }

  @ParameterizedTest
  @EnumSource
  void connectionClosedMidMessage(CallerKind kind) throws IOException {
    Answer answer = callThatFailsMidMessage(kind, stream -> stream.connection().close());
    if (kind == CallerKind.GRPC) {
      Expect.equal("14", answer.last("grpc-status"), "grpc-status: " + answer);
      Expect.equal("backend-unreachable", answer.last("x-tunnel-reason"), "reason: " + answer);
    } else {
      Expect.equal(2, answer.reset(), "reset: " + answer);
    }
  }

  /** gRPC's "HTTP to gRPC Status Code Mapping". */
  @ParameterizedTest
  @CsvSource({
    "400, 13", "401, 16", "403, 7", "404, 12", "429, 14", "502, 14", "503, 14", "504, 14", "200, 2",
    "204, 2", "302, 2", "405, 2", "500, 2", "501, 2"
  })
  void htmlInsteadOfGrpc(int httpStatus, int grpcStatus) throws IOException {
    backend.script(stream -> answerInHtml(stream, httpStatus));
    Answer toGrpc = call(CallerKind.GRPC);
    CallerKind.GRPC.assertFailed(toGrpc, "backend-http", grpcStatus, httpStatus);
    Answer toHttp = call(CallerKind.HTTP);
    Expect.equal(Integer.toString(httpStatus), toHttp.status(), "as the backend said: " + toHttp);
    Expect.equal("<html>oh</html>", toHttp.text(), "body");
    Expect.equal(null, toHttp.last("x-tunnel-reason"), "no failure of ours: " + toHttp);
  }

  private static void answerInHtml(RawStream stream, int status) throws IOException {
    stream.head(
        Field.list(":status", Integer.toString(status), "content-type", "text/html"), false);
    stream.data("<html>oh</html>".getBytes(StandardCharsets.US_ASCII), true);
  }

  @Test
  void responseWithoutStatusAtItsEnd() throws IOException {
    backend.script(
        stream -> {
          stream.head(GRPC_HEAD, false);
          stream.data(HALF_A_MESSAGE, true);
        });
    Answer answer = call(CallerKind.GRPC);
    Expect.equal("2", answer.last("grpc-status"), "grpc-status: " + answer);
    Expect.equal("backend-http", answer.last("x-tunnel-reason"), "reason: " + answer);
  }

  @Test
  void trailersWithoutStatus() throws IOException {
    backend.script(
        stream -> {
          stream.head(GRPC_HEAD, false);
          stream.head(Field.list("x-other", "1"), true);
        });
    Answer answer = call(CallerKind.GRPC);
    Expect.equal("2", answer.last("grpc-status"), "grpc-status: " + answer);
    Expect.equal("backend-http", answer.last("x-tunnel-reason"), "reason: " + answer);
  }

  @ParameterizedTest
  @EnumSource
  void callAboveAGoAwayIsGivenToAnotherConnection(CallerKind kind) throws IOException {
    AtomicInteger goneAway = new AtomicInteger();
    backend.script(
        stream -> {
          if (goneAway.getAndIncrement() == 0) {
            stream.connection().send(RawFrame.GOAWAY, 0, 0, RawFrame.numbers(0, 0));
            return;
          }
          stream.head(Field.with(GRPC_HEAD, "grpc-status", "0"), true);
        });
    Answer answer = call(kind);
    Expect.equal("200", answer.status(), "as if nothing had happened: " + answer);
    Expect.equal("0", answer.last("grpc-status"), "as if nothing had happened: " + answer);
    Expect.equal(2, goneAway.get(), "requests the backend saw");
  }

  @Test
  void callBelowAGoAwayRunsOnAndTheNextGoesElsewhere() throws IOException {
    backend.script(
        stream -> {
          stream.head(GRPC_HEAD, false);
          stream.connection().send(RawFrame.GOAWAY, 0, 0, RawFrame.numbers(stream.id(), 0));
          backend.handOver(stream);
        });
    RawStream first = caller.open(CallerKind.GRPC.request("/a.B/Method"), false);
    RawStream firstAtBackend = backend.awaitRequest();
    first.nextHead();
    RawStream second = caller.open(CallerKind.GRPC.request("/a.B/Method"), false);
    RawStream secondAtBackend = backend.awaitRequest();
    Expect.that(firstAtBackend.connection() != secondAtBackend.connection(), "another connection");
    secondAtBackend.head(OK, true);
    Expect.equal("0", second.answer().last("grpc-status"), "second");
    firstAtBackend.head(OK, true);
    Expect.equal("0", Field.value(first.nextHead(), "grpc-status"), "first");
  }

  @ParameterizedTest
  @EnumSource
  void goAwayWithAnErrorEndsWhatRuns(CallerKind kind) throws IOException {
    backend.script(
        stream -> {
          stream.connection().send(RawFrame.GOAWAY, 0, 0, RawFrame.numbers(stream.id(), 11));
          stream.connection().close();
        });
    kind.assertFailed(call(kind), "backend-reset", 8, 502);
  }

  @ParameterizedTest
  @EnumSource
  void hangingBackendEndsWithTheCallersDeadline(CallerKind kind) throws IOException {
    backend.script(stream -> {});
    Answer answer = caller.open(kind.request("/a.B/Hang", "grpc-timeout", "150m"), true).answer();
    kind.assertFailed(answer, "deadline", 4, 504);
  }

  static Stream<List<Field>> badHeads() {
    return Stream.of(
        Field.list(":status", "abc"),
        Field.list(":status", "20"),
        Field.list(":status", "99"),
        Field.list(":status", "200", ":status", "200"),
        Field.list(":status", "200", "Upper-Case", "x"),
        Field.list(":status", "200", "bad", "a\r\nb"),
        Field.list(":status", "200", "", "no name"),
        Field.list(":status", "200", ":path", "/"),
        Field.list("content-type", "application/grpc"),
        Field.list("x", "1", ":status", "200"));
  }

  @ParameterizedTest
  @MethodSource("badHeads")
  void malformedHeadIsABackendsFault(List<Field> head) throws IOException {
    backend.script(
        stream -> {
          stream.head(head, false);
          stream.data(HALF_A_MESSAGE, false);
        });
    for (CallerKind kind : CallerKind.values()) {
      Answer answer = call(kind);
      kind.assertFailed(answer, "backend-reset", 13, 502);
    }
  }

  @Test
  void bodyLongerThanItsContentLength() throws IOException {
    backend.script(
        stream -> {
          stream.head(Field.list(":status", "200", "content-length", "3"), false);
          stream.data(HALF_A_MESSAGE, true);
        });
    Answer answer = call(CallerKind.HTTP);
    Expect.that(answer.reset() != null || answer.status().equals("502"), "no clean end: " + answer);
  }
}
