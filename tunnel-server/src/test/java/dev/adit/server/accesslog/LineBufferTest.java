package dev.adit.server.accesslog;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class LineBufferTest {
  private static final int LENGTH = 19;

  /** Text is looked at eight bytes at a time; the same as characters one by one. */
  @Test
  void everyByteIsEscapedWhereverItStands() {
    for (int value = 0; value < 256; value++) {
      for (int at = 0; at < LENGTH; at++) {
        byte[] text = "a".repeat(LENGTH).getBytes(StandardCharsets.US_ASCII);
        text[at] = (byte) value;
        LineBuffer atOnce = new LineBuffer(8);
        atOnce.putEscaped(new AsciiString(text, false), LENGTH);
        LineBuffer oneByOne = new LineBuffer(8);
        oneByOne.putEscaped(new String(text, StandardCharsets.ISO_8859_1), LENGTH);
        assertEquals(oneByOne.toString(), atOnce.toString());
      }
    }
  }
}
