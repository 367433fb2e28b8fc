package dev.adit.core.logging;

import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.logging.Formatter;
import java.util.logging.LogRecord;

/**
 * Time, level, where, text. Text of several lines goes on behind a blank, so that no text, whoever
 * it is from, begins a line; what does not print is shown as its number.
 */
final class TextLines extends Formatter {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX", Locale.ROOT)
          .withZone(ZoneId.systemDefault());

  @Override
  public String format(LogRecord entry) {
    StringBuilder line = new StringBuilder(160);
    TIME.formatTo(entry.getInstant(), line);
    line.append(' ').append(LogLine.level(entry).toUpperCase(Locale.ROOT));
    line.append(' ').append(LogLine.logger(entry)).append(" - ");
    append(line, LogLine.isComplete(entry) ? entry.getMessage() : formatMessage(entry));
    String trace = LogLine.trace(entry);
    if (!trace.isEmpty()) {
      append(line.append("\n  "), trace);
    }
    return line.append('\n').toString();
  }

  private static void append(StringBuilder line, String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\n') {
        boolean indented = i + 1 < text.length() && " \t".indexOf(text.charAt(i + 1)) >= 0;
        line.append(indented ? "\n" : "\n  ");
      } else if (c == '\t' || isPrintable(c)) {
        line.append(c);
      } else if (c != '\r') {
        LogLine.escape(line, c);
      }
    }
  }

  /** Marks that turn the direction of text around are among those that are not. */
  private static boolean isPrintable(char c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.UNASSIGNED,
          Character.PRIVATE_USE ->
          false;
      default -> true;
    };
  }
}
