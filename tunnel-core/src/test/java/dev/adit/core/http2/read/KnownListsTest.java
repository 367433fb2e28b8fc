package dev.adit.core.http2.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.http2.flood.Flood;
import dev.adit.core.http2.flood.FloodLimits;
import dev.adit.testing.http2.EdgeBench;
import dev.adit.testing.http2.Http2Script;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameTypes;
import io.netty.handler.codec.http2.Http2Settings;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Header lists that come again, as bytes of HPACK (RFC 7541 6). */
final class KnownListsTest {
  private static final int END_STREAM = 0x1;
  private static final int END_HEADERS = 0x4;

  private static final String PSEUDO_HEADERS = "83 86 84 01 0161";
  private static final String HEAD = " :method=POST :scheme=http :authority=a :path=/";

  /** The newest field of the table. */
  private static final String NEWEST = " be";

  private final List<String> told = new ArrayList<>();
  private final List<Flood> floods = new ArrayList<>();
  private final EdgeBench bench =
      new EdgeBench(
          EdgeBench.accepting(
              Http2Settings.defaultSettings(), FloodLimits.DEFAULT, floods::add, told));
  private int streamId = -1;

  @BeforeEach
  void begin() {
    bench.begin();
    told.clear();
  }

  @AfterEach
  void close() {
    bench.close();
  }

  private void send(String fields) {
    streamId += 2;
    byte[] block = bytes(PSEUDO_HEADERS + fields);
    bench.send(
        Http2Script.frame(Http2FrameTypes.HEADERS, END_STREAM | END_HEADERS, streamId, block));
  }

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  private void assertTold(String fields) {
    assertEquals(List.of("headers " + streamId + HEAD + fields + " last"), told);
    told.clear();
  }

  private void sendAndAssert(String fields, String tells) {
    send(fields);
    assertTold(tells);
  }

  @Test
  void listsThatComeAgainAreToldEachTime() {
    for (int i = 0; i < 5; i++) {
      sendAndAssert("", "");
      sendAndAssert(" 00 0162 0131", " b=1");
      sendAndAssert(" 00 0162 0131", " b=1");
      sendAndAssert(i % 2 == 0 ? "" : " 00 0162 0132", i % 2 == 0 ? "" : " b=2");
    }
  }

  @Test
  void sameBytesMeanAnotherFieldOnceTheTableHasOneMore() {
    sendAndAssert(" 40 0161 0162", " a=b");
    sendAndAssert(NEWEST, " a=b");
    sendAndAssert(NEWEST, " a=b");
    sendAndAssert(" 40 0161 0163", " a=c");
    sendAndAssert(NEWEST, " a=c");
    sendAndAssert(NEWEST, " a=c");
  }

  @Test
  void sameBytesMeanAnotherFieldOnceAListInPiecesHasChangedTheTable() {
    sendAndAssert(" 40 0161 0162", " a=b");
    sendAndAssert(NEWEST, " a=b");
    streamId += 2;
    byte[] first = bytes(PSEUDO_HEADERS);
    bench.send(Http2Script.frame(Http2FrameTypes.HEADERS, END_STREAM, streamId, first));
    bench.send(
        Http2Script.frame(
            Http2FrameTypes.CONTINUATION, END_HEADERS, streamId, bytes("40 0161 0163")));
    assertTold(" a=c");
    sendAndAssert(NEWEST, " a=c");
  }

  @Test
  void sameBytesMeanNothingOnceTheTableIsEmptied() {
    sendAndAssert(" 40 0161 0162", " a=b");
    sendAndAssert(NEWEST, " a=b");
    streamId += 2;
    // RFC 7541 4.2: the size of the table comes first.
    byte[] emptied = bytes("20" + PSEUDO_HEADERS);
    bench.send(
        Http2Script.frame(Http2FrameTypes.HEADERS, END_STREAM | END_HEADERS, streamId, emptied));
    assertTold("");
    send(NEWEST);
    bench.assertEnded((int) Http2Error.COMPRESSION_ERROR.code());
  }

  /** Its field is without indexing, or never indexed (RFC 7541 6.2.2, 6.2.3). */
  @ParameterizedTest
  @ValueSource(strings = {" 00 0142 0131", " 10 0142 0131"})
  void malformedListIsMalformedEachTime(String upperCase) {
    for (int i = 0; i < 3; i++) {
      sendAndAssert(" 00 0162 0131", " b=1");
      send(upperCase);
      assertEquals(List.of(), told);
      assertEquals(Http2Error.PROTOCOL_ERROR.code(), bench.read().get(0).number());
    }
    assertEquals(List.of(), floods);
  }

  @Test
  void fieldThatIsNeverToBeKeptIsToldEachTime() {
    sendAndAssert(" 10 0162 0131", " b=1");
    sendAndAssert(" 10 0162 0131", " b=1");
    sendAndAssert(" 10 0162 0132", " b=2");
  }

  /** RFC 7541 7.1.3: a field that is never indexed is not to be kept by anybody on its way. */
  @Test
  void whatMayBeKept() {
    assertTrue(isKept("00 0162 0131"));
    assertFalse(isKept("10 0162 0131"), "never indexed");
    assertFalse(isKept("40 0162 0131"), "the table grows");
    assertFalse(isKept("20"), "the table is emptied");
    assertFalse(isKept("00 0162 7fff01" + "61".repeat(382)), "long");
  }

  private static boolean isKept(String fields) {
    ByteBuf block = Unpooled.wrappedBuffer(bytes(PSEUDO_HEADERS + fields));
    return new KnownLists().takes(block, 0, block.readableBytes());
  }

  /** RFC 9110 8.6: they are one, the second time too. */
  @Test
  void equalLengthsAreOneEachTime() {
    // content-length is 28 of the static table.
    sendAndAssert(" 0f0d 0130 0f0d 0130", " content-length=0");
    sendAndAssert(" 0f0d 0130 0f0d 0130", " content-length=0");
  }
}
