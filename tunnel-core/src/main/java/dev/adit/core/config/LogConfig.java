package dev.adit.core.config;

import org.jspecify.annotations.Nullable;

/** How much a process logs and in which shape. */
public record LogConfig(Level level, Format format) {

  /** What is logged when a file says nothing. */
  public static final LogConfig DEFAULT = new LogConfig(Level.INFO, Format.TEXT);

  /** The least important lines that are written. */
  public enum Level {
    ERROR,
    WARN,
    INFO,
    DEBUG,
    TRACE
  }

  /** The shape of a line. */
  public enum Format {
    TEXT,
    JSON
  }

  /** Reads the {@code log} section of a file. */
  public static LogConfig read(ConfigMap root) {
    @Nullable ConfigMap log = root.child("log");
    if (log == null) {
      return DEFAULT;
    }
    Level level = log.choice("level", Level.class, Level.INFO);
    Format format = log.choice("format", Format.class, Format.TEXT);
    log.end();
    return new LogConfig(level, format);
  }
}
