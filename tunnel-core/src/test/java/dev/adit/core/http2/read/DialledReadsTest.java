package dev.adit.core.http2.read;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adit.core.call.HeaderFields;
import dev.adit.core.http2.Http2HeaderFields;
import dev.adit.testing.http2.EdgeBench;
import dev.adit.testing.http2.Http2Script;
import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an edge reads of a peer that it has dialled. */
final class DialledReadsTest {
  private static final int PUSH_PROMISE = 5;
  private static final int END_HEADERS = 0x4;
  private static final int PROTOCOL_ERROR = 1;

  private final List<String> told = new ArrayList<>();
  private final EdgeBench.Edge edge = EdgeBench.dialling(told);
  private final EdgeBench bench = new EdgeBench(edge);

  @BeforeEach
  void begin() {
    ByteBuf preface = bench.channel.readOutbound();
    preface.release();
    bench.send(bench.script.settings());
    bench.send(bench.script.settingsAck());
    told.clear();
    open(1, "GET");
    open(EdgeBench.HEAD_STREAM, "HEAD");
    bench.read();
  }

  private void open(int stream, String method) {
    Http2HeaderFields head =
        Http2HeaderFields.ofRequest(
            AsciiString.of(method),
            AsciiString.of("http"),
            AsciiString.of("a"),
            AsciiString.of("/a"),
            new HeaderFields());
    bench.hand.run(() -> edge.writeFields(stream, head, true, null));
  }

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void informationalHeadsComeBeforeTheOne() {
    bench.send(bench.script.headers(1, false, ":status", "103"));
    bench.send(bench.script.headers(1, false, ":status", "100"));
    bench.send(bench.script.headers(1, false, ":status", "200"));
    bench.send(bench.script.headers(1, true, "a", "b"));
    assertEquals(
        List.of(
            "headers 1 :status=103",
            "headers 1 :status=100",
            "headers 1 :status=200",
            "headers 1 a=b last"),
        told);
    bench.send(bench.script.headers(3, false, ":status", "200"));
    bench.send(bench.script.headers(3, false, ":status", "103"));
    bench.assertReset(3, PROTOCOL_ERROR);
  }

  @Test
  void responseNeedsItsStatus() {
    bench.send(bench.script.headers(1, true, "a", "b"));
    bench.assertReset(1, PROTOCOL_ERROR);
  }

  @Test
  void answerToHeadHasALengthAndNoBody() {
    bench.send(bench.script.headers(3, true, ":status", "200", "content-length", "3"));
    assertEquals(List.of("headers 3 :status=200 content-length=3 last"), told);
  }

  @Test
  void bodyOfAnAnswerToHeadIsAsLongAsAnyOther() {
    bench.send(bench.script.headers(3, false, ":status", "200", "content-length", "3"));
    bench.send(bench.script.data(3, true, "a"));
    bench.assertReset(3, PROTOCOL_ERROR);
  }

  /** RFC 9113 8.1.1: what is cut off before its first byte is cut off as well. */
  @Test
  void answerToGetThatHasALengthHasABody() {
    bench.send(bench.script.headers(1, true, ":status", "200", "content-length", "3"));
    bench.assertReset(1, PROTOCOL_ERROR);
  }

  @Test
  void emptyBodyIsNotTheOneThatWasAnnounced() {
    bench.send(bench.script.headers(1, false, ":status", "200", "content-length", "3"));
    bench.send(bench.script.data(1, true, ""));
    bench.assertReset(1, PROTOCOL_ERROR);
  }

  @Test
  void statusWithoutABodyMayHaveALength() {
    bench.send(bench.script.headers(1, true, ":status", "304", "content-length", "3"));
    open(5, "GET");
    bench.send(bench.script.headers(5, true, ":status", "204", "content-length", "0"));
    assertEquals(
        List.of(
            "headers 1 :status=304 content-length=3 last",
            "headers 5 :status=204 content-length=0 last"),
        told);
  }

  @Test
  void streamsAboveTheirGoAwayAreOver() {
    bench.send(bench.script.goAway(1, 0));
    assertEquals(List.of("goaway 1 0"), told);
    assertEquals(1, edge.connection().numActiveStreams());
  }

  @Test
  void serverMayNotPush() {
    byte[] promised = {0, 0, 0, 2};
    bench.send(Http2Script.frame(PUSH_PROMISE, END_HEADERS, 1, promised));
    bench.assertEnded(PROTOCOL_ERROR);
  }

  @Test
  void serverMayNotOpenStreams() {
    bench.send(bench.script.headers(2, true, ":status", "200"));
    bench.assertEnded(PROTOCOL_ERROR);
  }

  @Test
  void headOnStreamThatWeHaveNotOpenedIsAFault() {
    bench.send(bench.script.headers(5, true, ":status", "200"));
    bench.assertEnded(PROTOCOL_ERROR);
  }
}
