package dev.adit.agent.tunnel.loss;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.adit.testing.fuzz.Execution;
import java.nio.charset.StandardCharsets;

/** What a server says of a tunnel's end is one printable line in the agent's log. */
final class EndLogFuzzTest {
  private static final int ANYWAY_BYTES = 1 << 20;
  private static final int MAX_CHARS = 200;

  @FuzzTest
  void text(byte[] text) {
    Execution.of(text, ANYWAY_BYTES, EndLogFuzzTest::check);
  }

  private static void check(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    String shown = EndLog.printable(text, "otherwise");
    assertTrue(shown.length() <= MAX_CHARS);
    assertTrue(shown.chars().allMatch(c -> c >= ' ' && c < 0x7f), shown);
    assertEquals(text.isEmpty(), shown.equals("otherwise") && !text.equals(shown));
  }
}
