package dev.adit.conformance.failure;

import dev.adit.conformance.check.CallerKind;
import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.check.Expect;
import dev.adit.conformance.peer.Answer;
import dev.adit.conformance.peer.Field;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.peer.RawConnection;
import dev.adit.conformance.peer.RawStream;
import dev.adit.conformance.site.LocalSite;
import dev.adit.conformance.site.SitePlan;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Requests that RFC 9113 section 8 or our own rules refuse: each ends by itself, and another call
 * on the same connection, begun before, never notices.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class MalformedRequestTest {
  private static final int PROTOCOL_ERROR = 1;

  private RawBackend backend;
  private LocalSite site;
  private RawConnection caller;
  private RawStream unharmed;
  private RawStream unharmedAtBackend;

  @BeforeAll
  void startSite() throws Exception {
    backend = RawBackend.start(stream -> backend.handOver(stream));
    site = LocalSite.start(SitePlan.of(backend.hostAndPort()));
  }

  @BeforeEach
  void openACall() throws IOException {
    backend.script(stream -> backend.handOver(stream));
    caller = RawConnection.dial(site.entry());
    unharmed = caller.open(CallerKind.GRPC.request("/a.B/Unharmed"), false);
    unharmedAtBackend = backend.awaitRequest();
    unharmedAtBackend.nextHead();
    backend.script(
        stream -> {
          throw new AssertionError("a request that should have been refused: " + stream.nextHead());
        });
  }

  @AfterEach
  void theOtherCallIsUnharmed() throws IOException {
    try {
      unharmed.data(new byte[] {1, 2, 3}, true);
      Expect.equal(3, unharmedAtBackend.nextData().length, "bytes of the other call");
      unharmedAtBackend.head(Field.list(":status", "200", "grpc-status", "0"), true);
      Expect.equal("0", unharmed.answer().last("grpc-status"), "the other call");
    } finally {
      caller.close();
    }
    Eventually.empty(site::leftovers);
    Expect.equal(0, backend.awaitingRequests(), "requests that reached the backend");
  }

  @AfterAll
  void stopSite() throws IOException {
    site.close();
    backend.close();
  }

  private static List<Field> without(String name) {
    List<Field> fields = new ArrayList<>(CallerKind.GRPC.request("/a.B/Method"));
    fields.removeIf(field -> field.name().equals(name));
    return fields;
  }

  private static List<Field> changed(String name, String value) {
    List<Field> fields = new ArrayList<>();
    for (Field field : CallerKind.GRPC.request("/a.B/Method")) {
      fields.add(field.name().equals(name) ? new Field(name, value) : field);
    }
    return fields;
  }

  private static List<Field> more(String... namesAndValues) {
    return CallerKind.GRPC.request("/a.B/Method", namesAndValues);
  }

  private static List<Field> first(String name, String value) {
    List<Field> fields = new ArrayList<>(List.of(new Field(name, value)));
    fields.addAll(more());
    return fields;
  }

  static Stream<Arguments> violations() {
    return Stream.of(
        Arguments.of("no :method", without(":method")),
        Arguments.of("no :scheme", without(":scheme")),
        Arguments.of("no :path", without(":path")),
        Arguments.of("empty :path", changed(":path", "")),
        Arguments.of(":method twice", first(":method", "POST")),
        Arguments.of(":scheme twice", first(":scheme", "http")),
        Arguments.of(":path twice", first(":path", "/other")),
        Arguments.of(":authority twice", first(":authority", "other")),
        Arguments.of("pseudo-header after a field", more(":authority", "late")),
        Arguments.of("unknown pseudo-header", first(":unknown", "x")),
        Arguments.of(":status in a request", first(":status", "200")),
        Arguments.of(":protocol without extended CONNECT", first(":protocol", "websocket")),
        Arguments.of("CONNECT with :scheme and :path", changed(":method", "CONNECT")),
        Arguments.of("upper case name", more("X-Upper", "x")),
        Arguments.of("name of length zero", more("", "x")),
        Arguments.of("blank in a name", more("a b", "x")),
        Arguments.of("colon in a name", more("a:b", "x")),
        Arguments.of("CR LF in a name", more("a\r\nb", "x")),
        Arguments.of("NUL in a name", more("a\0b", "x")),
        Arguments.of("byte above 127 in a name", more("a\u00e4", "x")),
        Arguments.of("CR LF in a value", more("x-bad", "a\r\nx-injected: 1")),
        Arguments.of("LF in a value", more("x-bad", "a\nb")),
        Arguments.of("NUL in a value", more("x-bad", "a\0b")),
        Arguments.of("CR LF in :path", changed(":path", "/a\r\nb")),
        Arguments.of("CR LF in :authority", changed(":authority", "a\r\nhost: b")),
        Arguments.of("NUL in :method", changed(":method", "PO\0ST")),
        Arguments.of("connection", more("connection", "close")),
        Arguments.of("keep-alive", more("keep-alive", "timeout=5")),
        Arguments.of("proxy-connection", more("proxy-connection", "close")),
        Arguments.of("transfer-encoding", more("transfer-encoding", "chunked")),
        Arguments.of("upgrade", more("upgrade", "h2c")),
        Arguments.of("te that is not trailers", changed("te", "gzip")),
        Arguments.of("content-length twice", more("content-length", "1", "content-length", "2")),
        Arguments.of("content-length that is no number", more("content-length", "x")),
        Arguments.of("content-length with a sign", more("content-length", "+1")),
        Arguments.of("negative content-length", more("content-length", "-1")),
        Arguments.of("empty content-length", more("content-length", "")),
        Arguments.of(
            "content-length too large", more("content-length", "99999999999999999999999")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("violations")
  void violationOfHttp2ResetsItsStream(String name, List<Field> request) throws IOException {
    RawStream bad = caller.open(request, true);
    Answer answer = bad.answer();
    Expect.equal(PROTOCOL_ERROR, answer.reset(), name + ": " + answer);
    Expect.that(answer.head().isEmpty(), name + ": " + answer);
  }

  static Stream<Arguments> refusals() {
    return Stream.of(
        Arguments.of("path without a slash", changed(":path", "a.B/Method")),
        Arguments.of("path with a fragment", changed(":path", "/a.B/Method#x")),
        Arguments.of("path with a blank", changed(":path", "/a.B /Method")),
        Arguments.of("path in absolute form", changed(":path", "http://other/a.B/Method")),
        Arguments.of("asterisk for another method than OPTIONS", changed(":path", "*")),
        Arguments.of("user part in :authority", changed(":authority", "user@test.example")),
        Arguments.of("path in :authority", changed(":authority", "test.example/x")),
        Arguments.of("list in :authority", changed(":authority", "a.example,b.example")),
        Arguments.of("host that differs", more("host", "other.example")),
        Arguments.of("two hosts, one that differs", more("host", "test.example", "host", "other")),
        Arguments.of("bad grpc-timeout", more("grpc-timeout", "soon")),
        Arguments.of("grpc-timeout of nine digits", more("grpc-timeout", "123456789S")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refusals")
  void requestThatIsNotServedIsAnswered(String name, List<Field> request) throws IOException {
    Answer answer = caller.open(request, true).answer();
    CallerKind.GRPC.assertFailed(answer, "malformed", 13, 400);
  }

  @Test
  void connectIsNotServed() throws IOException {
    Answer answer =
        caller.open(Field.list(":method", "CONNECT", ":authority", "a.example:443"), true).answer();
    Expect.equal("400", answer.status(), "status: " + answer);
    Expect.equal("malformed", answer.last("x-tunnel-reason"), "reason: " + answer);
  }

  static Stream<Arguments> badTrailers() {
    return Stream.of(
        Arguments.of("pseudo-header", Field.list(":path", "/"), true),
        Arguments.of("upper case name", Field.list("X-Upper", "1"), true),
        Arguments.of("no END_STREAM", Field.list("x", "1"), false));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badTrailers")
  void badTrailersResetTheirStream(String name, List<Field> trailers, boolean last)
      throws IOException {
    backend.script(backend::handOver);
    RawStream call = caller.open(more(), false);
    RawStream atBackend = backend.awaitRequest();
    call.data(new byte[] {1}, false);
    call.head(trailers, last);
    Expect.equal(PROTOCOL_ERROR, call.awaitReset(), name);
    Expect.equal(8, atBackend.awaitReset(), "the backend's call is cancelled");
  }

  @Test
  void bodyLongerThanItsContentLengthIsReset() throws IOException {
    backend.script(backend::handOver);
    RawStream call = caller.open(more("content-length", "2"), false);
    RawStream atBackend = backend.awaitRequest();
    call.data(new byte[] {1, 2, 3}, true);
    Expect.equal(PROTOCOL_ERROR, call.awaitReset(), "code");
    Expect.equal(8, atBackend.awaitReset(), "the backend's call is cancelled");
  }

  @Test
  void bodyShorterThanItsContentLengthIsReset() throws IOException {
    backend.script(backend::handOver);
    RawStream call = caller.open(more("content-length", "4"), false);
    RawStream atBackend = backend.awaitRequest();
    call.data(new byte[] {1, 2, 3}, true);
    Expect.equal(PROTOCOL_ERROR, call.awaitReset(), "code");
    Expect.equal(8, atBackend.awaitReset(), "the backend's call is cancelled");
  }

  @Test
  void dataAfterTheRequestsEndResetsItsStream() throws IOException {
    backend.script(backend::handOver);
    RawStream call = caller.open(more(), true);
    RawStream atBackend = backend.awaitRequest();
    call.data(new byte[] {1}, false);
    Expect.equal(5, call.awaitReset(), "STREAM_CLOSED");
    Expect.equal(8, atBackend.awaitReset(), "the backend's call is cancelled");
  }

  @Test
  void windowThatOverflowsResetsItsStream() throws IOException {
    backend.script(backend::handOver);
    RawStream call = caller.open(more(), false);
    RawStream atBackend = backend.awaitRequest();
    call.grant(Integer.MAX_VALUE);
    Expect.equal(3, call.awaitReset(), "FLOW_CONTROL_ERROR");
    Expect.equal(8, atBackend.awaitReset(), "the backend's call is cancelled");
  }

  @Test
  void windowUpdateOfZeroResetsItsStream() throws IOException {
    backend.script(backend::handOver);
    RawStream call = caller.open(more(), false);
    RawStream atBackend = backend.awaitRequest();
    call.grant(0);
    Expect.equal(PROTOCOL_ERROR, call.awaitReset(), "code");
    Expect.equal(8, atBackend.awaitReset(), "the backend's call is cancelled");
  }

  @Test
  void dataBeyondTheWindowResetsItsStream() throws IOException {
    backend.script(backend::handOver);
    RawStream call = caller.open(more(), false);
    RawStream atBackend = backend.awaitRequest();
    byte[] frame = new byte[16_384];
    Arrays.fill(frame, (byte) 7);
    // Nobody takes it at the backend: its window of 64 KiB, the credit and ours fill up.
    for (int i = 0; i < 100; i++) {
      caller.send(0, 0, call.id(), frame);
    }
    Expect.equal(3, call.awaitReset(), "FLOW_CONTROL_ERROR");
    Expect.that(atBackend.id() > 0, "the backend had the call");
  }
}
