package dev.adit.core.match;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TextMatchTest {

  @Test
  void expressionHasToMatchAsAWhole() {
    TextMatch match = TextMatch.regex("b+");
    assertTrue(match.fits(AsciiString.of("bbb")));
    assertFalse(match.fits(AsciiString.of("abbb")));
    assertFalse(match.fits(AsciiString.of("bbbc")));
  }

  @Test
  void expressionSeesUtf8AndSlicesAsTheyAre() {
    byte[] bytes = "xx\u00e4yy".getBytes(StandardCharsets.UTF_8);
    AsciiString slice = new AsciiString(bytes, 2, 2, false);
    assertTrue(TextMatch.regex("\u00e4").fits(slice));
    assertTrue(TextMatch.exact("\u00e4").fits(slice));
  }

  /** Such a byte would let a call pass by a rule that means every path. */
  @Test
  void expressionSeesBytesThatAreNoUtf8AsCharacters() {
    AsciiString cutOff = new AsciiString(new byte[] {'/', 'a', (byte) 0xc4}, false);
    AsciiString swallowed = new AsciiString(new byte[] {'/', (byte) 0xc4, 'b'}, false);
    assertTrue(TextMatch.regex("/a.*").fits(cutOff));
    assertTrue(TextMatch.regex("/a.").fits(cutOff));
    assertFalse(TextMatch.regex("/a").fits(cutOff));
    assertFalse(TextMatch.regex("/[^b]*").fits(swallowed));
    assertTrue(TextMatch.regex("/.b").fits(swallowed));
  }

  @Test
  void evilExpressionTakesLinearTime() {
    AsciiString evil = AsciiString.of("a".repeat(20_000) + "!");
    long start = System.nanoTime();
    assertFalse(TextMatch.regex("(a+)+$").fits(evil));
    assertFalse(TextMatch.regex("(a|aa)*b").fits(evil));
    assertTrue(System.nanoTime() - start < 5_000_000_000L);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "((a{1000}){1000}){1000}",
        "(a{100}){101}",
        "((((a{10}){10}){10}){10}){10}",
        "a{1,99999}"
      })
  void expressionThatUnrollsTooFarIsRefused(String expression) {
    assertThrows(IllegalArgumentException.class, () -> TextMatch.regex(expression));
  }

  @ParameterizedTest
  @CsvSource({
    "abc, 3",
    "a{100}, 100",
    "'a{2,7}b', 8",
    "(ab){10}, 40",
    "[({]{3}, 3",
    "[]x]{3}, 3",
    "\\(a, 2",
    "a{x}, 3"
  })
  void sizeIsEstimatedBeforeCompiling(String expression, long size) {
    assertEquals(size, RegexSize.of(expression));
  }

  @ParameterizedTest
  @ValueSource(strings = {"API.example.com", "*.a.example", "[::1]", "a_b.example"})
  void hostIsReadInLowerCase(String text) {
    assertEquals(text.toLowerCase(java.util.Locale.ROOT), HostPattern.parse(text).toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "*", "*.", "a.*.b", "a:80", "a..b", ".a", "a b", "*a.example", "-a"})
  void whatIsNoHostIsRefused(String text) {
    assertThrows(IllegalArgumentException.class, () -> HostPattern.parse(text));
  }

  @ParameterizedTest
  @CsvSource({
    "a.example, a.example",
    "A.Example:8002, a.example",
    "a.example., a.example",
    "[::1]:80, [::1]",
    "'', ''",
    ":80, ''"
  })
  void hostOfAnAuthorityHasNoPort(String authority, String host) {
    assertEquals(host, HostPattern.hostOf(AsciiString.of(authority)).toString());
  }
}
