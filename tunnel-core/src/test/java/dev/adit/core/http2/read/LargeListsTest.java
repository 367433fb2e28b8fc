package dev.adit.core.http2.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.call.HeaderFields;
import dev.adit.core.http2.Http2HeaderFields;
import dev.adit.core.http2.flood.Flood;
import dev.adit.core.http2.flood.FloodLimits;
import dev.adit.testing.http2.EdgeBench;
import dev.adit.testing.http2.Http2Script;
import io.netty.handler.codec.http2.Http2Settings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Header lists that are larger than may be; the benches' limit is 8,192 bytes. */
final class LargeListsTest {
  private static final int ENHANCE_YOUR_CALM = 11;
  private static final int HEADERS = 1;
  private static final int CONTINUATION = 9;
  private static final int END_STREAM = 1;
  private static final int END_HEADERS = 4;

  /** As many as twice the limit has room for at 32 bytes each. */
  private static final int MOST_FIELDS = 512;

  /**
   * RFC 7541 6: "a: b" as HPACK may say it; the first is kept in the table, and the second is it.
   */
  private static final String[] REPRESENTATIONS = {
    "40 0161 0162", "be", "00 0161 0162", "10 0161 0162", "00 811f 818f"
  };

  private static final String PSEUDO_HEADERS = "83 86 84 01 0161";

  private static final String HEAD = " :method=POST :scheme=http :authority=a :path=/";

  private final List<String> told = new ArrayList<>();
  private final List<Flood> floods = new ArrayList<>();
  private final EdgeBench bench =
      new EdgeBench(
          EdgeBench.accepting(
              Http2Settings.defaultSettings(), FloodLimits.DEFAULT, floods::add, told));

  @AfterEach
  void close() {
    bench.close();
  }

  private byte[] head(int stream, String... more) {
    List<String> fields =
        new ArrayList<>(
            List.of(":method", "POST", ":scheme", "http", ":authority", "a", ":path", "/"));
    fields.addAll(List.of(more));
    return bench.script.headers(stream, true, fields.toArray(String[]::new));
  }

  private void begin() {
    bench.begin();
    told.clear();
  }

  @Test
  void whatFitsIsToldAndTheNextListIsWhole() {
    begin();
    bench.send(head(1, "first", "1", "second", "2".repeat(9000), "third", "3"));
    bench.send(head(3, "third", "3"));
    assertEquals(
        List.of("headers 1" + HEAD + " first=1 cut last", "headers 3" + HEAD + " third=3 last"),
        told);
    assertEquals(List.of(), bench.read());
    assertEquals(List.of(), floods);
  }

  @Test
  void listWithoutRoomForItsPathIsNotCalledMalformed() {
    begin();
    bench.send(bench.script.headers(1, true, ":method", "GET", ":path", "/" + "p".repeat(9000)));
    assertEquals(List.of("headers 1 :method=GET cut last"), told);
    assertEquals(List.of(), bench.read());
  }

  @Test
  void eachCostsAsMuchAsAForcedReset() {
    begin();
    int most = FloodLimits.DEFAULT.forcedResets();
    for (int i = 0; i <= most && bench.channel.isActive(); i++) {
      bench.send(head(2 * i + 1, "a", "b".repeat(9000)));
    }
    assertEquals(List.of(Flood.FORCED_RESETS), floods);
    assertEquals(most, told.size());
  }

  @Test
  void oneThatIsSeveralTimesAsLargeEndsTheConnection() {
    begin();
    String[] fields = new String[80];
    for (int i = 0; i < fields.length; i += 2) {
      fields[i] = "name-" + i;
      fields[i + 1] = "~".repeat(1000);
    }
    bench.send(bench.script.headers(1, true, 16_000, fields));
    bench.assertEnded(ENHANCE_YOUR_CALM);
    assertEquals(List.of(), told);
    assertEquals(List.of(Flood.MAX_HEADER_BYTES), floods);
  }

  /** A request of as many fields, in pieces of as many bytes. */
  private void sendFields(int fields, int piece) {
    StringBuilder hex = new StringBuilder(PSEUDO_HEADERS);
    for (int i = 4; i < fields; i++) {
      hex.append(REPRESENTATIONS[(i - 4) % REPRESENTATIONS.length]);
    }
    sendBlock(HexFormat.of().parseHex(hex.toString().replace(" ", "")), piece);
  }

  private void sendBlock(byte[] block, int piece) {
    for (int at = 0; at < block.length; at += piece) {
      int end = Math.min(block.length, at + piece);
      int type = at == 0 ? HEADERS : CONTINUATION;
      int flags = (at == 0 ? END_STREAM : 0) | (end == block.length ? END_HEADERS : 0);
      bench.send(Http2Script.frame(type, flags, 1, Arrays.copyOfRange(block, at, end)));
    }
  }

  /** Whether it comes whole or in pieces. */
  @ParameterizedTest
  @ValueSource(ints = {1 << 14, 700})
  void listOfTooManyFieldsIsNotDecoded(int pieceBytes) {
    begin();
    sendFields(MOST_FIELDS + 1, pieceBytes);
    bench.assertEnded(ENHANCE_YOUR_CALM);
    assertEquals(List.of(), told);
    assertEquals(List.of(Flood.MAX_HEADER_BYTES), floods);
  }

  @Test
  void listOfAsManyFieldsAsMayBeIsRead() {
    begin();
    sendFields(MOST_FIELDS, 1 << 14);
    assertEquals(1, told.size());
    assertTrue(told.get(0).startsWith("headers 1" + HEAD + " a=b a=b a=b a=b"), told::toString);
    assertTrue(told.get(0).endsWith(" cut last"), told::toString);
    assertEquals(List.of(), floods);
  }

  @Test
  void bytesOfValuesAreNoFields() {
    begin();
    HexFormat hex = HexFormat.of();
    String value = "be".repeat(3000);
    sendBlock(hex.parseHex("83868401016100" + "0161" + "7fb916" + value), 1 << 14);
    assertEquals(1, told.size());
    assertTrue(told.get(0).startsWith("headers 1" + HEAD + " a=\u00be\u00be"), told::toString);
    assertEquals(List.of(), floods);
  }

  @Test
  void cutOffFieldEndsTheConnectionWhereItIsDecoded() {
    for (String end :
        List.of("7f", "ffffffffffff", "00", "0001", "007fffffffffffff", "3fffffffff")) {
      try (EdgeBench other =
          new EdgeBench(
              EdgeBench.accepting(
                  Http2Settings.defaultSettings(), FloodLimits.DEFAULT, floods::add, told))) {
        other.begin();
        byte[] block = HexFormat.of().parseHex("838684010161" + "0001610162".repeat(200) + end);
        other.send(Http2Script.frame(HEADERS, END_HEADERS, 1, block));
        assertFalse(other.channel.isActive(), end);
      }
    }
    assertEquals(List.of(), floods);
  }

  @Test
  void peerThatWeDialledMayCutAListIntoManyPieces() {
    List<String> heard = new ArrayList<>();
    EdgeBench.Edge edge = EdgeBench.dialling(heard);
    try (EdgeBench dialling = new EdgeBench(edge)) {
      dialling.send(dialling.script.settings());
      dialling.hand.run(
          () -> edge.writeFields(1, Http2HeaderFields.ofTrailers(new HeaderFields()), true, null));
      dialling.send(dialling.script.headers(1, true, 10, ":status", "200", "a", "b".repeat(2000)));
      assertTrue(heard.get(heard.size() - 1).startsWith("headers 1 :status=200 a=bbb"));
      assertTrue(dialling.channel.isActive());
    }
  }
}
