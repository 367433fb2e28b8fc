package dev.adit.conformance.failure;

import dev.adit.conformance.check.CallerKind;
import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.check.Expect;
import dev.adit.conformance.peer.Answer;
import dev.adit.conformance.peer.Field;
import dev.adit.conformance.peer.HeaderBlock;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.peer.RawConnection;
import dev.adit.conformance.peer.RawFrame;
import dev.adit.conformance.peer.RawStream;
import dev.adit.conformance.site.LocalSite;
import dev.adit.conformance.site.SitePlan;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
 * Bytes that break a caller's connection (RFC 9113 sections 4 to 6): it ends with GOAWAY, its calls
 * are cancelled at the backend, and other connections never notice.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ConnectionErrorTest {
  private static final int PROTOCOL_ERROR = 1;
  private static final int FLOW_CONTROL_ERROR = 3;
  private static final int STREAM_CLOSED = 5;
  private static final int FRAME_SIZE_ERROR = 6;
  private static final int COMPRESSION_ERROR = 9;
  private static final byte[] HEAD = HeaderBlock.encode(CallerKind.GRPC.request("/a.B/Method"));

  private RawBackend backend;
  private LocalSite site;
  private RawConnection good;
  private RawStream unharmed;
  private RawStream unharmedAtBackend;

  @BeforeAll
  void startSite() throws Exception {
    backend = RawBackend.start(stream -> backend.handOver(stream));
    site = LocalSite.start(SitePlan.of(backend.hostAndPort()));
  }

  @BeforeEach
  void openACallOnAnotherConnection() throws IOException {
    good = RawConnection.dial(site.entry());
    unharmed = good.open(CallerKind.GRPC.request("/a.B/Unharmed"), false);
    unharmedAtBackend = awaitAtBackend("/a.B/Unharmed");
  }

  /** Calls of a misdeed may come to the backend when all else of it is over. */
  private RawStream awaitAtBackend(String path) {
    RawStream request = backend.awaitRequest();
    while (!path.equals(Field.value(request.nextHead(), ":path"))) {
      request = backend.awaitRequest();
    }
    return request;
  }

  @AfterEach
  void theOtherConnectionIsUnharmed() throws IOException {
    try {
      unharmedAtBackend.head(Field.list(":status", "200", "grpc-status", "0"), true);
      Expect.equal("0", unharmed.answer().last("grpc-status"), "the other connection's call");
    } finally {
      good.close();
    }
    Eventually.empty(site::leftovers);
  }

  @AfterAll
  void stopSite() throws IOException {
    site.close();
    backend.close();
  }

  /** What a bad caller does on a connection with a call, stream 1, that runs. */
  interface Misdeed {
    void commit(RawConnection caller, RawStream call) throws IOException;
  }

  private static Arguments misdeed(String name, int code, Misdeed misdeed) {
    return Arguments.of(name, code, misdeed);
  }

  private static Arguments frame(
      String name, int code, int type, int flags, int streamId, byte[] payload) {
    return misdeed(name, code, (caller, call) -> caller.send(type, flags, streamId, payload));
  }

  static Stream<Arguments> misdeeds() {
    byte[] none = {};
    int endHeaders = RawFrame.END_HEADERS;
    return Stream.of(
        frame("HEADERS on an even id", PROTOCOL_ERROR, RawFrame.HEADERS, endHeaders, 2, HEAD),
        frame("HEADERS on stream 0", PROTOCOL_ERROR, RawFrame.HEADERS, endHeaders, 0, HEAD),
        frame("DATA on stream 0", PROTOCOL_ERROR, RawFrame.DATA, 0, 0, new byte[] {1}),
        frame("DATA on an idle stream", PROTOCOL_ERROR, RawFrame.DATA, 0, 99, new byte[] {1}),
        frame(
            "RST_STREAM on stream 0",
            PROTOCOL_ERROR,
            RawFrame.RST_STREAM,
            0,
            0,
            RawFrame.numbers(8)),
        frame(
            "RST_STREAM on an idle stream",
            PROTOCOL_ERROR,
            RawFrame.RST_STREAM,
            0,
            99,
            RawFrame.numbers(8)),
        frame("RST_STREAM of 3 bytes", FRAME_SIZE_ERROR, RawFrame.RST_STREAM, 0, 1, new byte[3]),
        frame("SETTINGS of 5 bytes", FRAME_SIZE_ERROR, RawFrame.SETTINGS, 0, 0, new byte[5]),
        frame("SETTINGS on a stream", PROTOCOL_ERROR, RawFrame.SETTINGS, 0, 1, none),
        frame(
            "SETTINGS ACK with a payload",
            FRAME_SIZE_ERROR,
            RawFrame.SETTINGS,
            RawFrame.ACK,
            0,
            RawFrame.settings(4, 1)),
        frame("ENABLE_PUSH of 2", PROTOCOL_ERROR, RawFrame.SETTINGS, 0, 0, RawFrame.settings(2, 2)),
        frame(
            "INITIAL_WINDOW_SIZE too large",
            FLOW_CONTROL_ERROR,
            RawFrame.SETTINGS,
            0,
            0,
            RawFrame.settings(4, -1)),
        frame(
            "MAX_FRAME_SIZE too small",
            PROTOCOL_ERROR,
            RawFrame.SETTINGS,
            0,
            0,
            RawFrame.settings(5, 100)),
        frame("PING of 7 bytes", FRAME_SIZE_ERROR, RawFrame.PING, 0, 0, new byte[7]),
        frame("PING on a stream", PROTOCOL_ERROR, RawFrame.PING, 0, 1, new byte[8]),
        frame("GOAWAY on a stream", PROTOCOL_ERROR, RawFrame.GOAWAY, 0, 1, RawFrame.numbers(0, 0)),
        frame(
            "PUSH_PROMISE from a client",
            PROTOCOL_ERROR,
            RawFrame.PUSH_PROMISE,
            endHeaders,
            1,
            RawFrame.numbers(2)),
        frame(
            "CONTINUATION without HEADERS",
            PROTOCOL_ERROR,
            RawFrame.CONTINUATION,
            endHeaders,
            1,
            HEAD),
        // RFC 9113 5.1.1: the first use of an id closes all idle ones below it.
        misdeed(
            "HEADERS on an id below the last",
            PROTOCOL_ERROR,
            (caller, call) -> {
              RawStream skipped = caller.newStream();
              caller.open(CallerKind.GRPC.request("/a.B/Misdeed"), true);
              skipped.head(CallerKind.GRPC.request("/a.B/Misdeed"), true);
            }),
        misdeed(
            "HEADERS on a stream that the caller has reset",
            STREAM_CLOSED,
            (caller, call) -> {
              RawStream cancelled = caller.open(CallerKind.GRPC.request("/a.B/Misdeed"), false);
              cancelled.reset(8);
              cancelled.head(CallerKind.GRPC.request("/a.B/Misdeed"), true);
            }),
        misdeed(
            "another frame between HEADERS and CONTINUATION",
            PROTOCOL_ERROR,
            (caller, call) -> {
              caller.send(RawFrame.HEADERS, 0, 3, HEAD);
              caller.send(RawFrame.PING, 0, 0, new byte[8]);
            }),
        misdeed(
            "CONTINUATION of another stream",
            PROTOCOL_ERROR,
            (caller, call) -> {
              caller.send(RawFrame.HEADERS, 0, 3, HEAD);
              caller.send(RawFrame.CONTINUATION, endHeaders, 5, none);
            }),
        frame(
            "WINDOW_UPDATE of 0 on stream 0",
            PROTOCOL_ERROR,
            RawFrame.WINDOW_UPDATE,
            0,
            0,
            RawFrame.numbers(0)),
        frame(
            "WINDOW_UPDATE on an idle stream",
            PROTOCOL_ERROR,
            RawFrame.WINDOW_UPDATE,
            0,
            99,
            RawFrame.numbers(1)),
        frame(
            "WINDOW_UPDATE of 3 bytes",
            FRAME_SIZE_ERROR,
            RawFrame.WINDOW_UPDATE,
            0,
            1,
            new byte[3]),
        misdeed(
            "connection window that overflows",
            FLOW_CONTROL_ERROR,
            (caller, call) ->
                caller.send(RawFrame.WINDOW_UPDATE, 0, 0, RawFrame.numbers(Integer.MAX_VALUE))),
        frame(
            "padding longer than its frame",
            PROTOCOL_ERROR,
            RawFrame.DATA,
            RawFrame.PADDED,
            1,
            new byte[] {9, 0}),
        // The head says it all; a body that nobody reads any more would turn the close into a
        // reset.
        misdeed(
            "frame too large",
            FRAME_SIZE_ERROR,
            (caller, call) -> caller.write(new byte[] {0, 0x40, 1, RawFrame.DATA, 0, 0, 0, 0, 1})),
        frame("PRIORITY on stream 0", PROTOCOL_ERROR, RawFrame.PRIORITY, 0, 0, new byte[5]),
        frame(
            "HPACK: index of nothing",
            COMPRESSION_ERROR,
            RawFrame.HEADERS,
            endHeaders,
            3,
            new byte[] {(byte) 0xff, (byte) 0xff, 0x7f}),
        frame(
            "HPACK: string longer than its block",
            COMPRESSION_ERROR,
            RawFrame.HEADERS,
            endHeaders,
            3,
            new byte[] {0, 5, 'a'}),
        frame(
            "HPACK: table larger than allowed",
            COMPRESSION_ERROR,
            RawFrame.HEADERS,
            endHeaders,
            3,
            new byte[] {0x3f, (byte) 0xff, (byte) 0xff, 0x7f}),
        misdeed(
            "HTTP/1.1 in the middle",
            FRAME_SIZE_ERROR,
            (caller, call) ->
                caller.write(
                    "GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.UTF_8))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("misdeeds")
  void connectionEndsWithGoAwayAndItsCallsAreCancelled(String name, int code, Misdeed misdeed)
      throws IOException {
    try (RawConnection caller = RawConnection.dial(site.entry())) {
      RawStream call = caller.open(CallerKind.GRPC.request("/a.B/Method"), false);
      RawStream atBackend = awaitAtBackend("/a.B/Method");
      // The answer to the entry's SETTINGS must not come between the frames of a misdeed.
      caller.awaitControl(RawFrame.SETTINGS);
      misdeed.commit(caller, call);
      Expect.equal(code, caller.awaitClosed(), name);
      Expect.equal(8, atBackend.awaitReset(), "the call is cancelled at the backend");
    }
  }

  @Test
  void corruptPrefaceClosesTheConnection() throws IOException {
    try (RawConnection caller = RawConnection.dialSilently(site.entry())) {
      caller.startReading();
      caller.write("PRI * HTTP/2.0\r\n\r\nSN\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      Expect.equal(PROTOCOL_ERROR, caller.awaitClosed(), "GOAWAY");
    }
  }

  @Test
  void http1ClosesTheConnection() throws IOException {
    try (RawConnection caller = RawConnection.dialSilently(site.entry())) {
      caller.startReading();
      caller.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      caller.awaitClosed();
    }
  }

  @Test
  void dataOnAClosedStreamIsNoMatterForTheRest() throws IOException {
    try (RawConnection caller = RawConnection.dial(site.entry())) {
      RawStream call = caller.open(CallerKind.GRPC.request("/a.B/Method"), true);
      awaitAtBackend("/a.B/Method").head(Field.list(":status", "200", "grpc-status", "0"), true);
      Expect.equal("0", call.answer().last("grpc-status"), "grpc-status");
      call.data(new byte[] {1}, false);
      // RFC 9113 5.1: either way of STREAM_CLOSED is allowed; ours is the gentle one.
      Expect.equal(STREAM_CLOSED, call.awaitReset(), "code");
      RawStream next = caller.open(CallerKind.GRPC.request("/a.B/Method"), true);
      awaitAtBackend("/a.B/Method").head(Field.list(":status", "200", "grpc-status", "0"), true);
      Answer answer = next.answer();
      Expect.equal("0", answer.last("grpc-status"), "the next call: " + answer);
    }
  }

  @Test
  void unknownFramesAndSettingsAreIgnored() throws IOException {
    try (RawConnection caller = RawConnection.dial(site.entry())) {
      caller.send(0x77, 0, 0, new byte[20]);
      caller.send(RawFrame.SETTINGS, 0, 0, RawFrame.settings(0x77, 1));
      caller.send(RawFrame.SETTINGS, 0, 0, RawFrame.settings(1, 0));
      RawStream call = caller.open(CallerKind.GRPC.request("/a.B/Method"), true);
      awaitAtBackend("/a.B/Method").head(Field.list(":status", "200", "grpc-status", "0"), true);
      Expect.equal("0", call.answer().last("grpc-status"), "with an HPACK table of size 0");
      caller.send(RawFrame.PING, 0, 0, RawFrame.numbers(17, 42));
      RawFrame pong = caller.awaitControl(RawFrame.PING);
      Expect.equal(RawFrame.ACK, pong.flags(), "flags");
      Expect.equal(42, pong.number(4), "payload");
    }
  }
}
