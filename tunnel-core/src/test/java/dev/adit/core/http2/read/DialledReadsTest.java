package dev.adit.core.http2.read;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.CallProtocol;
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
    AsciiString text = AsciiString.of("a");
    CallHeaders head =
        new CallHeaders(
            CallProtocol.HTTP,
            AsciiString.of("HEAD"),
            AsciiString.of("http"),
            text,
            AsciiString.of("/a"),
            new HeaderFields(),
            CallHeaders.NO_TIMEOUT);
    for (int id = 1; id <= 3; id += 2) {
      int stream = id;
      bench.hand.run(() -> edge.writeFields(stream, Http2HeaderFields.ofRequest(head), true, null));
    }
    bench.read();
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
    bench.send(bench.script.headers(1, true, ":status", "200", "content-length", "3"));
    assertEquals(List.of("headers 1 :status=200 content-length=3 last"), told);
    bench.send(bench.script.headers(3, false, ":status", "200", "content-length", "3"));
    bench.send(bench.script.data(3, true, "a"));
    bench.assertReset(3, PROTOCOL_ERROR);
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
