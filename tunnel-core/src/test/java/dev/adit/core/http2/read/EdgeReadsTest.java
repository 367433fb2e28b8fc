package dev.adit.core.http2.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.http2.flood.Flood;
import dev.adit.core.http2.flood.FloodLimits;
import dev.adit.testing.http2.EdgeBench;
import dev.adit.testing.http2.Http2Script;
import dev.adit.testing.http2.Http2Script.Seen;
import io.netty.handler.codec.http2.Http2Settings;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an edge reads, however it is cut, and what its listener is told of it. */
final class EdgeReadsTest {
  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int PRIORITY = 2;
  private static final int SETTINGS = 4;
  private static final int CONTINUATION = 9;
  private static final int EXTENSION = 42;
  private static final int END_STREAM = 0x1;
  private static final int END_HEADERS = 0x4;
  private static final int PADDED = 0x8;
  private static final int WITH_PRIORITY = 0x20;
  private static final int PROTOCOL_ERROR = 1;
  private static final int FLOW_CONTROL_ERROR = 3;
  private static final int FRAME_SIZE_ERROR = 6;
  private static final int ENHANCE_YOUR_CALM = 11;
  private static final int WINDOW = 1000;
  private static final int LEAST_WINDOW_UPDATE = WINDOW / 2;
  private static final String HEAD = " :method=POST :scheme=http :authority=a :path=/";

  private final List<String> told = new ArrayList<>();
  private final List<Flood> floods = new ArrayList<>();
  private final EdgeBench.Edge edge =
      EdgeBench.accepting(
          Http2Settings.defaultSettings().initialWindowSize(WINDOW),
          FloodLimits.DEFAULT,
          floods::add,
          told);
  private final EdgeBench bench = new EdgeBench(edge);

  @AfterEach
  void close() {
    bench.close();
  }

  private byte[] head(int stream, boolean last, String... more) {
    List<String> fields =
        new ArrayList<>(
            List.of(":method", "POST", ":scheme", "http", ":path", "/", ":authority", "a"));
    fields.addAll(Arrays.asList(more));
    return bench.script.headers(stream, last, fields.toArray(String[]::new));
  }

  /** The field block of a frame of headers. */
  private static byte[] block(byte[] frame) {
    return Arrays.copyOfRange(frame, 9, frame.length);
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  private void begin() {
    bench.begin();
    assertEquals(List.of("settings"), told);
    told.clear();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void framesAreToldTheSameHoweverTheyAreCut(long seed) {
    // In the order of the connection, for HPACK's tables grow with them.
    byte[] first = head(1, false);
    byte[] second = head(3, true);
    byte[] list = block(head(5, false, "a", "b", "c", "d".repeat(300)));
    byte[] all =
        join(
            Http2Script.PREFACE.getBytes(StandardCharsets.US_ASCII),
            bench.script.settings(3, 100, EXTENSION, 7),
            bench.script.settingsAck(),
            first,
            bench.script.data(1, false, "one"),
            Http2Script.frame(EXTENSION, 255, 1, new byte[20]),
            Http2Script.frame(DATA, PADDED, 1, new byte[] {3, 't', 'w', 'o', 0, 0, 0}),
            Http2Script.frame(PRIORITY, 0, 3, new byte[5]),
            second,
            Http2Script.frame(HEADERS, 0, 5, Arrays.copyOf(list, 100)),
            Http2Script.frame(CONTINUATION, 0, 5, Arrays.copyOfRange(list, 100, 101)),
            Http2Script.frame(
                CONTINUATION, END_HEADERS, 5, Arrays.copyOfRange(list, 101, list.length)),
            bench.script.ping(),
            bench.script.windowUpdate(1, 10),
            bench.script.windowUpdate(0, 10),
            Http2Script.frame(DATA, PADDED | END_STREAM, 1, new byte[] {0}),
            bench.script.reset(5, 8),
            bench.script.goAway(0, 0));
    Random random = new Random(seed);
    for (int from = 0; from < all.length; ) {
      int to = Math.min(all.length, from + 1 + random.nextInt(seed % 2 == 0 ? 3 : 60));
      bench.send(Arrays.copyOfRange(all, from, to));
      from = to;
    }
    assertEquals(
        List.of(
            "settings",
            "headers 1" + HEAD,
            "chunk 1 one",
            "chunk 1 two",
            "headers 3" + HEAD + " last",
            "headers 5" + HEAD + " a=b c=" + "d".repeat(300),
            "chunk 1  last",
            "reset 5 8",
            "goaway 0 0"),
        told);
    assertEquals(List.of(), floods);
    assertTrue(bench.channel.isActive());
  }

  @Test
  void listWithPaddingAndPriorityIsReadWithoutThem() {
    begin();
    byte[] list = block(head(1, true));
    byte[] padded = join(new byte[] {4, 0, 0, 0, 9, 16}, list, new byte[4]);
    bench.send(
        Http2Script.frame(HEADERS, END_STREAM | END_HEADERS | PADDED | WITH_PRIORITY, 1, padded));
    assertEquals(List.of("headers 1" + HEAD + " last"), told);
  }

  @Test
  void paddingMayNotReachIntoThePriority() {
    begin();
    byte[] frame = {1, 0, 0, 0, 9, 16};
    bench.send(Http2Script.frame(HEADERS, END_HEADERS | PADDED | WITH_PRIORITY, 1, frame));
    bench.assertEnded(PROTOCOL_ERROR);
  }

  @Test
  void frameThatLacksFieldsEndsTheConnection() {
    begin();
    bench.send(Http2Script.frame(HEADERS, END_HEADERS | WITH_PRIORITY, 1, new byte[4]));
    bench.assertEnded(FRAME_SIZE_ERROR);
  }

  @Test
  void streamThatDependsOnItselfIsAFault() {
    begin();
    bench.send(head(1, false));
    bench.send(Http2Script.frame(PRIORITY, 0, 1, new byte[] {0, 0, 0, 1, 0}));
    bench.assertReset(1, PROTOCOL_ERROR);
    byte[] list = join(new byte[] {0, 0, 0, 3, 0}, block(head(3, true)));
    bench.send(Http2Script.frame(HEADERS, END_HEADERS | WITH_PRIORITY, 3, list));
    bench.assertEnded(PROTOCOL_ERROR);
  }

  @Test
  void whatComesAfterAFaultIsNotRead() {
    begin();
    bench.send(join(Http2Script.frame(SETTINGS, 0, 1, new byte[0]), head(1, true)));
    assertEquals(List.of(), told);
    bench.assertEnded(PROTOCOL_ERROR);
  }

  @Test
  void faultOfOneStreamLeavesTheOthers() {
    begin();
    byte[] bad = bench.script.headers(1, false, ":method", "POST", ":path", "/");
    bench.send(join(bad, head(3, true), bench.script.data(5, false, "")));
    assertEquals(List.of("headers 3" + HEAD + " last"), told);
  }

  @Test
  void requestsNeedTheirPseudoHeaders() {
    begin();
    String[][] lacking = {
      {":scheme", "http", ":path", "/"},
      {":method", "GET", ":path", "/"},
      {":method", "GET", ":scheme", "http"},
      {":method", "GET", ":scheme", "http", ":path", ""},
      {":method", "CONNECT"},
    };
    int stream = 1;
    for (String[] fields : lacking) {
      bench.send(bench.script.headers(stream, true, fields));
      bench.assertReset(stream, PROTOCOL_ERROR);
      stream += 2;
    }
    bench.send(bench.script.headers(stream, true, ":method", "CONNECT", ":authority", "a"));
    assertEquals(List.of("headers 11 :method=CONNECT :authority=a last"), told);
  }

  @Test
  void trailersEndTheStreamAndHaveNoPseudoHeaders() {
    begin();
    bench.send(head(1, false));
    bench.send(bench.script.headers(1, true, "a", "b"));
    bench.send(head(3, false));
    bench.send(bench.script.headers(3, false, "a", "b"));
    bench.assertReset(3, PROTOCOL_ERROR);
    bench.send(head(5, false));
    bench.send(bench.script.headers(5, true, ":path", "/"));
    bench.assertReset(5, PROTOCOL_ERROR);
    assertEquals(
        List.of("headers 1" + HEAD, "headers 1 a=b last", "headers 3" + HEAD, "headers 5" + HEAD),
        told);
  }

  @Test
  void bodyHasTheLengthThatItsHeadSays() {
    begin();
    bench.send(head(1, false, "content-length", "3", "content-length", "3"));
    bench.send(bench.script.data(1, false, "ab"));
    bench.send(bench.script.data(1, true, "c"));
    bench.send(head(3, false, "content-length", "3"));
    bench.send(bench.script.data(3, false, "abcd"));
    bench.assertReset(3, PROTOCOL_ERROR);
    bench.send(head(5, false, "content-length", "3"));
    bench.send(bench.script.data(5, true, "ab"));
    bench.assertReset(5, PROTOCOL_ERROR);
    bench.send(head(7, true, "content-length", "3"));
    bench.assertReset(7, PROTOCOL_ERROR);
    bench.send(head(9, false, "content-length", "3", "content-length", "4"));
    bench.assertReset(9, PROTOCOL_ERROR);
    bench.send(head(11, false, "content-length", "%d"));
    bench.assertReset(11, PROTOCOL_ERROR);
    assertTrue(told.contains("chunk 1 c last"), told::toString);
    assertFalse(told.stream().anyMatch(line -> line.startsWith("chunk 3")), told::toString);
  }

  @Test
  void windowIsGivenBackByHalves() {
    begin();
    bench.send(head(1, false));
    bench.send(bench.script.data(1, false, "x".repeat(LEAST_WINDOW_UPDATE - 1)));
    assertEquals(List.of(), bench.read());
    bench.send(bench.script.data(1, false, "x"));
    List<Seen> seen = bench.read();
    assertEquals("window", seen.get(0).type());
    assertEquals(1, seen.get(0).stream());
    assertEquals(LEAST_WINDOW_UPDATE, seen.get(0).number());
    assertEquals(1, seen.size(), seen::toString);
  }

  @Test
  void paddingIsOfTheWindowToo() {
    begin();
    bench.send(head(1, false));
    for (int i = 0; i < 2; i++) {
      bench.send(Http2Script.frame(DATA, PADDED, 1, join(new byte[] {(byte) 248}, new byte[249])));
    }
    List<Seen> seen = bench.read();
    assertEquals("window", seen.get(0).type());
    assertEquals(LEAST_WINDOW_UPDATE, seen.get(0).number());
  }

  @Test
  void peerThatIsDoneIsGivenNothingBack() {
    begin();
    bench.send(head(1, false));
    bench.send(bench.script.data(1, true, "x".repeat(WINDOW)));
    assertEquals(List.of(), bench.read());
  }

  @Test
  void bytesBeyondTheWindowOfAStreamResetIt() {
    begin();
    bench.send(head(1, false));
    bench.send(bench.script.data(1, false, "x".repeat(WINDOW + 1)));
    bench.assertReset(1, FLOW_CONTROL_ERROR);
    assertEquals(List.of("headers 1" + HEAD), told);
  }

  @Test
  void streamsFromBeforeTheAcknowledgementMayUseTheirOldWindow() {
    bench.send(
        join(
            Http2Script.PREFACE.getBytes(StandardCharsets.US_ASCII),
            bench.script.settings(),
            head(1, false),
            bench.script.data(1, false, "x".repeat(WINDOW)),
            bench.script.data(1, false, "y".repeat(WINDOW)),
            bench.script.settingsAck(),
            bench.script.data(1, false, "z")));
    assertTrue(told.contains("chunk 1 z"), told::toString);
    assertTrue(bench.channel.isActive());
  }

  @Test
  void headerListInManyPiecesEndsTheConnection() {
    begin();
    bench.send(Http2Script.frame(HEADERS, 0, 1, new byte[0]));
    for (int i = 0; i < 15; i++) {
      bench.send(Http2Script.frame(CONTINUATION, 0, 1, new byte[0]));
      assertEquals(List.of(), floods);
    }
    bench.send(Http2Script.frame(CONTINUATION, END_HEADERS, 1, new byte[0]));
    assertEquals(List.of(Flood.CONTINUATIONS), floods);
    bench.assertEnded(ENHANCE_YOUR_CALM);
  }

  @Test
  void headerListThatIsLateEndsTheConnectionHoweverManyCameInTime() {
    begin();
    byte[] first = head(1, true);
    byte[] second = head(3, true);
    bench.send(Arrays.copyOf(first, 4));
    bench.hand.advance(Duration.ofSeconds(4));
    bench.send(
        join(Arrays.copyOfRange(first, 4, first.length), Arrays.copyOf(second, second.length - 1)));
    bench.hand.advance(Duration.ofSeconds(4));
    assertEquals(List.of(), floods);
    bench.send(new byte[0]);
    bench.hand.advance(Duration.ofSeconds(1));
    assertEquals(List.of(Flood.HEADER_TIMEOUT), floods);
    bench.assertEnded(ENHANCE_YOUR_CALM);
    assertEquals(List.of("headers 1" + HEAD + " last"), told);
  }

  @Test
  void listThatEndsInTimeLeavesNoTimer() {
    begin();
    byte[] list = block(head(1, true));
    bench.send(Http2Script.frame(HEADERS, END_STREAM, 1, list));
    bench.hand.advance(Duration.ofSeconds(4));
    bench.send(Http2Script.frame(CONTINUATION, END_HEADERS, 1, new byte[0]));
    bench.hand.advance(Duration.ofSeconds(60));
    assertEquals(List.of("headers 1" + HEAD + " last"), told);
    assertEquals(List.of(), floods);
    assertTrue(bench.channel.isActive());
  }

  @Test
  void listThatIsCutIsNotTakenForASlowOne() {
    begin();
    bench.send(head(1, true, "a", "b".repeat(9000)));
    bench.hand.advance(Duration.ofSeconds(60));
    assertEquals(List.of(), floods);
    assertTrue(bench.channel.isActive());
  }

  @Test
  void nothingThatCameBehindAFloodCounts() {
    begin();
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    int most = FloodLimits.DEFAULT.forcedResets();
    for (int stream = 1; stream < 4 * most; stream += 2) {
      all.writeBytes(head(stream, false));
      all.writeBytes(bench.script.windowUpdate(stream, 0));
    }
    bench.send(all.toByteArray());
    assertEquals(List.of(Flood.FORCED_RESETS), floods);
    long heads = told.stream().filter(line -> line.startsWith("headers")).count();
    assertEquals(most + 1, heads);
    List<Seen> seen = bench.read();
    assertEquals(1, seen.stream().filter(frame -> frame.type().equals("goaway")).count());
    assertFalse(bench.channel.isActive());
  }

  @Test
  void openListIsReleasedWithItsConnection() {
    begin();
    bench.send(Http2Script.frame(HEADERS, 0, 1, new byte[100]));
    bench.channel.close();
    assertFalse(bench.channel.isActive());
  }
}
