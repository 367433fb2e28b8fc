package dev.adit.core.logging;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.jspecify.annotations.Nullable;

/** What both shapes of a log line have in common. */
final class LogLine {
  private static final String OURS = "dev.adit.";
  private static final String HEX = "0123456789abcdef";

  private LogLine() {}

  /** error, warn, info, debug or trace. */
  static String level(LogRecord entry) {
    int level = entry.getLevel().intValue();
    if (level >= Level.SEVERE.intValue()) {
      return "error";
    }
    if (level >= Level.WARNING.intValue()) {
      return "warn";
    }
    if (level >= Level.INFO.intValue()) {
      return "info";
    }
    return level >= Level.FINE.intValue() ? "debug" : "trace";
  }

  /** The class that logs, without its package. */
  static String logger(LogRecord entry) {
    String name = String.valueOf(entry.getLoggerName());
    return name.substring(name.lastIndexOf('.') + 1);
  }

  /** Ours are complete; libraries leave their parameters to be filled in. */
  static boolean isComplete(LogRecord entry) {
    return String.valueOf(entry.getLoggerName()).startsWith(OURS);
  }

  /** The stack trace, a line each; empty if there is none. */
  static String trace(LogRecord entry) {
    @Nullable Throwable thrown = entry.getThrown();
    if (thrown == null) {
      return "";
    }
    StringWriter trace = new StringWriter();
    thrown.printStackTrace(new PrintWriter(trace, true));
    return trace.toString().stripTrailing();
  }

  /** Appends a character as {@code \}{@code u} and four digits. */
  static void escape(StringBuilder line, char c) {
    line.append("\\u");
    for (int shift = 12; shift >= 0; shift -= 4) {
      line.append(HEX.charAt(c >> shift & 0xf));
    }
  }
}
