package dev.adit.demo.tour;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Tells a reader what the demo does: plain lines, with colours where they are welcome. */
public final class Narrator {
  private static final int KIND_WIDTH = 16;
  private static final int HOST_WIDTH = 20;
  private static final int METHOD_WIDTH = 48;

  private final PrintStream out;
  private final boolean colours;

  public Narrator(PrintStream out, boolean colours) {
    this.out = out;
    this.colours = colours;
  }

  /** The first line. */
  public void title(String text) {
    out.println(bold(text));
  }

  /** A line about something that runs. */
  public void fact(String what, String text) {
    out.println("  " + pad(what, 10) + text);
  }

  /** An empty line. */
  void pause() {
    out.println();
  }

  /** One call and all that came of it. */
  void call(int number, Step step, Outcome outcome) {
    out.println(
        bold(
                pad(String.format(Locale.ROOT, "%2d", number), 4)
                    + pad(step.kind().words(), KIND_WIDTH))
            + pad(step.host(), HOST_WIDTH)
            + pad(step.method(), METHOD_WIDTH)
            + dim(String.format(Locale.ROOT, "%5d ms", outcome.took().toMillis())));
    out.println(label("request") + outcome.exchange().request());
    out.println(label("taken by") + cyan(outcome.takenBy()));
    out.println(label("answer") + green(outcome.status()) + "  " + outcome.exchange().answer());
  }

  /** The last line of a demo that went well. */
  public void success(String text) {
    out.println();
    out.println(green(text));
  }

  /** What went wrong, and the ends of the logs that may tell why. */
  public void failure(String text, Map<String, List<String>> logTails) {
    out.println();
    out.println(red("FAILED: " + text));
    logTails.forEach(
        (name, lines) -> {
          out.println(dim("--- end of the log of " + name));
          lines.forEach(line -> out.println("    " + line));
        });
  }

  private String label(String text) {
    return "    " + dim(pad(text, 10));
  }

  private static String pad(String text, int width) {
    return text + " ".repeat(Math.max(text.isEmpty() ? 0 : 1, width - text.length()));
  }

  private String bold(String text) {
    return styled("1", text);
  }

  private String dim(String text) {
    return styled("2", text);
  }

  private String red(String text) {
    return styled("31;1", text);
  }

  private String green(String text) {
    return styled("32", text);
  }

  private String cyan(String text) {
    return styled("36", text);
  }

  private String styled(String code, String text) {
    return colours ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
  }
}
