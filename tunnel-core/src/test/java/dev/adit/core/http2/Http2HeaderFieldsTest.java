package dev.adit.core.http2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.ResponseHead;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class Http2HeaderFieldsTest {
  private static AsciiString text(String text) {
    return new AsciiString(text);
  }

  private static List<String> lines(Http2HeaderFields list) {
    List<String> lines = new ArrayList<>();
    for (Map.Entry<CharSequence, CharSequence> field : list) {
      lines.add(field.getKey() + "=" + field.getValue());
    }
    assertEquals(list.size(), lines.size());
    return lines;
  }

  private static HeaderFields fields() {
    return new HeaderFields()
        .add(text("b"), text("1"))
        .add(text("a"), text(""))
        .add(text("b"), text("2"));
  }

  @Test
  void pseudoHeadersComeFirstAndFieldsKeepTheirOrder() {
    assertEquals(
        List.of(":status=200", "b=1", "a=", "b=2"),
        lines(Http2HeaderFields.ofResponse(new ResponseHead(200, fields()))));
    assertEquals(List.of("b=1", "a=", "b=2"), lines(Http2HeaderFields.ofTrailers(fields())));
    assertEquals(List.of(), lines(Http2HeaderFields.ofTrailers(new HeaderFields())));
    assertTrue(Http2HeaderFields.ofTrailers(new HeaderFields()).isEmpty());
  }

  @Test
  void requestWithoutAnAuthorityHasNone() {
    Http2HeaderFields head =
        Http2HeaderFields.ofRequest(
            text("GET"), text("http"), AsciiString.EMPTY_STRING, text("/p"), fields());
    assertEquals(
        List.of(":method=GET", ":scheme=http", ":path=/p", "b=1", "a=", "b=2"), lines(head));
  }

  @Test
  void walkEndsAndMayBeBegunAgain() {
    Http2HeaderFields list =
        Http2HeaderFields.ofResponse(new ResponseHead(103, new HeaderFields()));
    Iterator<Map.Entry<CharSequence, CharSequence>> walk = list.iterator();
    Map.Entry<CharSequence, CharSequence> entry = walk.next();
    assertEquals(":status", entry.getKey().toString());
    assertFalse(walk.hasNext());
    assertThrows(NoSuchElementException.class, walk::next);
    assertThrows(UnsupportedOperationException.class, () -> entry.setValue("x"));
    assertEquals(List.of(":status=103"), lines(list));
  }

  @Test
  void decodedListIsSplitIntoPseudoHeadersAndFields() {
    Http2HeaderFields list = new Http2HeaderFields();
    list.add(text(":method"), text("POST"));
    list.add(text(":path"), text("/p"));
    list.add(text("b"), text("1"));
    list.add(text("b"), text("2"));
    assertEquals("POST", String.valueOf(list.method()));
    assertEquals("/p", String.valueOf(list.path()));
    assertNull(list.scheme());
    assertNull(list.authority());
    assertNull(list.status());
    assertEquals(List.of(text("1"), text("2")), list.getAll("b"));
    assertEquals(List.of(), list.getAll("c"));
    assertTrue(list.contains("b", "2", false));
    assertFalse(list.contains("b", "3", true));
    list.setLong("content-length", 7);
    assertEquals("7", String.valueOf(list.fields().get(text("content-length"))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-7", "+7", "07", " 7", "7 ", "7,7", "0x7", "1234567890123456789"})
  void onlyPlainDigitsAreANumber(String written) {
    Http2HeaderFields list = new Http2HeaderFields();
    list.add(text("n"), text(written));
    assertNull(list.getLong("n"));
  }

  @Test
  void numberThatIsThereOnceIsOne() {
    Http2HeaderFields list = new Http2HeaderFields();
    assertNull(list.getLong("n"));
    list.add(text("n"), text("0"));
    assertEquals(0L, list.getLong("n"));
    list.add(text("m"), text("123456789012345678"));
    assertEquals(123456789012345678L, list.getLong("m"));
    list.add(text("n"), text("0"));
    assertNull(list.getLong("n"));
  }

  @ParameterizedTest
  @ValueSource(strings = {":method", ":scheme", ":authority", ":path", ":status"})
  void pseudoHeaderTwiceIsMalformed(String name) {
    Http2HeaderFields list = new Http2HeaderFields();
    list.add(text(name), text("x"));
    assertThrows(IllegalArgumentException.class, () -> list.add(text(name), text("x")));
  }

  @ParameterizedTest
  @ValueSource(strings = {":protocol", ":unknown", ":", "", "Upper", "with blank"})
  void nameThatIsNoneIsMalformed(String name) {
    Http2HeaderFields list = new Http2HeaderFields();
    assertThrows(IllegalArgumentException.class, () -> list.add(text(name), text("x")));
    assertTrue(list.isEmpty());
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\r\nb: c", "\u0000", "\n"})
  void valueThatEndsALineIsMalformed(String value) {
    Http2HeaderFields list = new Http2HeaderFields();
    assertThrows(IllegalArgumentException.class, () -> list.add(text("a"), text(value)));
    assertThrows(IllegalArgumentException.class, () -> list.add(text(":path"), text(value)));
  }
}
