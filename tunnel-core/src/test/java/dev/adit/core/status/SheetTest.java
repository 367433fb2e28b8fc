package dev.adit.core.status;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

final class SheetTest {
  @Test
  void drainIsNotSaidToHaveBegunWithTheProcess() {
    String since = "2026-11-20T21:29:59.796003262Z";
    assertEquals("running since 2026-11-20 21:29:59Z", Sheet.state("running", since));
    assertEquals("draining, running since 2026-11-20 21:29:59Z", Sheet.state("draining", since));
  }

  @Test
  void longTextIsBrokenBetweenWordsAndStaysUnderItsLabel() {
    String words = "word ".repeat(30).strip();
    Sheet sheet = new Sheet(false).line("label", words);
    List<String> lines = sheet.toString().lines().toList();
    assertEquals(3, lines.size(), sheet::toString);
    assertEquals("label    " + "word ".repeat(14).strip(), lines.get(0));
    assertEquals("         " + "word ".repeat(14).strip(), lines.get(1));
    assertEquals("         word word", lines.get(2));
  }

  @Test
  void lineThatJustFitsIsNotBroken() {
    String words = "x".repeat(35) + " " + "y".repeat(35);
    assertEquals("a        " + words + "\n", new Sheet(false).line("a", words).toString());
  }

  @Test
  void wordThatIsTooLongIsCutWhereItHasTo() {
    Sheet sheet = new Sheet(false).line("a", "/" + "p".repeat(100));
    assertEquals(
        "a        /" + "p".repeat(70) + "\n         " + "p".repeat(30) + "\n", sheet.toString());
  }

  @Test
  void nothingOfOthersReachesTheTerminalAsACommand() {
    String evil = "a\u001b[2Jb\nc\u202Ed\u0000\u2028e\u009b" + "f";
    assertEquals("x        a?[2Jb?c?d??e?f\n", new Sheet(false).line("x", evil).toString());
    assertEquals("x        é 中 😀\n", new Sheet(false).line("x", "é 中 😀").toString());
  }

  @Test
  void listSaysHowMuchIsLeftOut() {
    List<String> five = List.of("a", "b", "c", "d", "e");
    Sheet cut = new Sheet(false);
    cut.list("l", five, 3, each -> cut.line("l", each));
    assertEquals("l        a\nl        b\nl        c\nl        ... and 2 more\n", cut.toString());
    Sheet exact = new Sheet(false);
    exact.list("l", five, 5, each -> exact.line("l", each));
    assertEquals(5, exact.toString().lines().count());
    Sheet whole = new Sheet(true);
    whole.list("l", five, 3, each -> whole.line("l", each));
    assertEquals(5, whole.toString().lines().count());
    assertEquals("a b ... and 3 more", cut.words(five, " ", 2));
    assertEquals("a b c d e", whole.words(five, " ", 2));
  }

  @Test
  void emptyTextIsALineStill() {
    assertEquals("x        \n", new Sheet(false).line("x", "").toString());
  }

  @Test
  void valuesAreWrittenForPeople() {
    assertEquals("2026-11-20 21:29:59Z", Sheet.time("2026-11-20T21:29:59.796003262Z"));
    assertEquals("never", Sheet.time("never"));
    assertEquals("1.5 ms", Sheet.roundTrip(1500));
    assertEquals("not measured", Sheet.roundTrip(-1));
    assertEquals("1 call", Sheet.count(1, "call", "calls"));
    assertEquals("0 calls", Sheet.count(0, "call", "calls"));
  }
}
