package dev.adit.server.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * One line a call, or none at all.
 *
 * @param file where the lines go; null: standard output
 */
public record AccessLogConfig(Format format, @Nullable Path file) {

  /** The shape of a line. */
  public enum Format {
    /** One JSON object a line. */
    JSON,
    /** Words separated by blanks. */
    TEXT,
    /** No lines. */
    OFF
  }

  /** Whether calls are logged. */
  public boolean isOn() {
    return format != Format.OFF;
  }
}
