package dev.adit.server.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.adit.testing.fuzz.Execution;
import java.nio.charset.StandardCharsets;

/** What an agent says of itself is printable and short wherever it is shown. */
final class ForeignTextFuzzTest {
  private static final int ANYWAY_BYTES = 1 << 20;
  private static final int MAX_CHARS = 64;

  @FuzzTest
  void text(byte[] text) {
    Execution.of(text, ANYWAY_BYTES, ForeignTextFuzzTest::check);
  }

  private static void check(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    String shown = ForeignText.printable(text, MAX_CHARS);
    assertTrue(shown.length() <= MAX_CHARS);
    assertTrue(shown.chars().allMatch(c -> c >= ' ' && c < 0x7f), shown);
    if (text.length() <= MAX_CHARS && text.chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
      assertEquals(text, shown);
    }
  }
}
