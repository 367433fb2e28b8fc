package dev.adit.core.status;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Text that fits a terminal of 80 columns: lines with a label each, what is longer broken between
 * words, long lists cut. Text of others is shown without what a terminal would act on. Not
 * thread-safe.
 */
public final class Sheet {
  /** Columns of a line. */
  public static final int WIDTH = 80;

  private static final int LABEL = 9;
  private static final String INDENT = " ".repeat(LABEL);
  private static final double MICROS_A_MILLI = 1000;

  // deps
  private final boolean all;

  // state
  private final StringBuilder text = new StringBuilder();

  /**
   * An empty sheet.
   *
   * @param all whether lists are shown whole
   */
  public Sheet(boolean all) {
    this.all = all;
  }

  /**
   * A line, and more below it if it is long.
   *
   * @param label up to eight characters; empty: the line belongs to the one above
   */
  public Sheet line(String label, String words) {
    String rest = printable(words);
    String start = (label + INDENT).substring(0, LABEL);
    do {
      int end = end(rest);
      text.append(start).append(rest, 0, end).append('\n');
      rest = rest.substring(end).stripLeading();
      start = INDENT;
    } while (!rest.isEmpty());
    return this;
  }

  /** Where a line's text ends: at the last blank that fits, or wherever it has to. */
  private static int end(String rest) {
    int room = WIDTH - LABEL;
    if (rest.length() <= room) {
      return rest.length();
    }
    int blank = rest.lastIndexOf(' ', room);
    return blank > 0 ? blank : room;
  }

  /**
   * Entries of a list.
   *
   * @param most how many of them are shown
   * @param show writes one
   */
  public <T> Sheet list(String label, List<T> entries, int most, Consumer<T> show) {
    int shown = all ? entries.size() : Math.min(most, entries.size());
    entries.subList(0, shown).forEach(show);
    if (shown < entries.size()) {
      line(label, more(entries.size() - shown));
    }
    return this;
  }

  /**
   * The words of a list on one line.
   *
   * @param most how many of them are shown
   */
  public String words(List<String> words, String between, int most) {
    if (all || words.size() <= most) {
      return String.join(between, words);
    }
    return String.join(between, words.subList(0, most)) + " " + more(words.size() - most);
  }

  private static String more(int count) {
    return "... and " + count + " more";
  }

  /** A time as an Instant writes it, to the second; as it is if it is none. */
  public static String time(String instant) {
    try {
      return Instant.parse(instant).truncatedTo(ChronoUnit.SECONDS).toString().replace('T', ' ');
    } catch (DateTimeParseException e) {
      return instant;
    }
  }

  /** What a process does, and since when it runs, which is before it began to drain. */
  public static String state(String state, String since) {
    return state.equals("running")
        ? "running since " + time(since)
        : state + ", running since " + time(since);
  }

  /**
   * A round trip.
   *
   * @param micros negative: it was not measured yet
   */
  public static String roundTrip(long micros) {
    return micros < 0
        ? "not measured"
        : String.format(Locale.ROOT, "%.1f ms", (double) micros / MICROS_A_MILLI);
  }

  /** A number and what it counts. */
  public static String count(long number, String one, String several) {
    return number + " " + (number == 1 ? one : several);
  }

  private static String printable(String words) {
    StringBuilder shown = new StringBuilder(words.length());
    words.codePoints().map(point -> isShown(point) ? point : '?').forEach(shown::appendCodePoint);
    return shown.toString();
  }

  /** Not what moves the cursor, turns the direction of text, or breaks the line. */
  private static boolean isShown(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
