package dev.adit.core.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What is a {@code traceparent}, byte by byte, and what one of ours looks like. */
final class TraceParentTest {
  private static final String VALID = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  private static final Pattern GRAMMAR =
      Pattern.compile(
          "00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}"
              + "|(?!00|ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?",
          Pattern.DOTALL);

  @Test
  void everyByteInEveryPlaceIsJudgedByTheGrammar() {
    for (int at = 0; at < VALID.length(); at++) {
      for (int value = 0; value < 256; value++) {
        byte[] bytes = VALID.getBytes(StandardCharsets.ISO_8859_1);
        bytes[at] = (byte) value;
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        assertEquals(GRAMMAR.matcher(text).matches(), TraceParent.isValid(shifted(bytes)), text);
      }
    }
  }

  @Test
  void oneDigitThatIsNotZeroMakesAnId() {
    String zeros = "0".repeat(32);
    for (int at = 0; at < 32; at++) {
      String trace = zeros.substring(0, at) + "1" + zeros.substring(at + 1);
      assertTrue(TraceParent.isValid(AsciiString.of("00-" + trace + "-00f067aa0ba902b7-01")));
    }
    for (int at = 0; at < 16; at++) {
      String span = zeros.substring(0, at) + "1" + zeros.substring(at + 1, 16);
      assertTrue(
          TraceParent.isValid(
              AsciiString.of("00-4bf92f3577b34da6a3ce929d0e0e4736-" + span + "-01")));
    }
  }

  /** A digit that can be in a place is missing from 2,000 draws once in 10^53 runs. */
  @Test
  void oursHaveEveryDigitInEveryPlace() {
    int[] seen = new int[VALID.length()];
    for (int i = 0; i < 2_000; i++) {
      AsciiString text = TraceParent.unsampled();
      assertTrue(GRAMMAR.matcher(text).matches(), text::toString);
      for (int at = 0; at < text.length(); at++) {
        seen[at] |= 1 << Character.digit(text.byteAt(at), 16);
      }
    }
    int odd = 0;
    for (int at = 3; at < 52; at++) {
      if (at == 35) {
        continue;
      }
      // The lowest bit of two words is set, so that no id is zero: eight digits there.
      if (seen[at] == 0xaaaa) {
        odd++;
      } else {
        assertEquals(0xffff, seen[at], "at " + at);
      }
    }
    assertEquals(2, odd);
  }

  /** The same text, somewhere within a larger array. */
  private static AsciiString shifted(byte[] bytes) {
    byte[] larger = new byte[bytes.length + 5];
    System.arraycopy(bytes, 0, larger, 3, bytes.length);
    return new AsciiString(larger, 3, bytes.length, false);
  }
}
