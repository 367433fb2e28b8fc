package dev.adit.core.logging;

import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.logging.Formatter;
import java.util.logging.LogRecord;

/** One JSON object a line, of printable ASCII only. */
final class JsonLines extends Formatter {
  private static final DateTimeFormatter TIME =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

  @Override
  public String format(LogRecord entry) {
    StringBuilder line = new StringBuilder(200);
    line.append("{\"ts\":\"");
    TIME.formatTo(entry.getInstant(), line);
    line.append("\",\"level\":\"").append(LogLine.level(entry)).append('"');
    field(line, "logger", LogLine.logger(entry));
    field(line, "message", LogLine.isComplete(entry) ? entry.getMessage() : formatMessage(entry));
    String trace = LogLine.trace(entry);
    if (!trace.isEmpty()) {
      field(line, "error", trace);
    }
    return line.append("}\n").toString();
  }

  private static void field(StringBuilder line, String name, String text) {
    line.append(",\"").append(name).append("\":\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        line.append('\\').append(c);
      } else if (c >= ' ' && c < 0x7f) {
        line.append(c);
      } else if (c == '\n') {
        line.append("\\n");
      } else {
        LogLine.escape(line, c);
      }
    }
    line.append('"');
  }
}
