package dev.adit.demo.backend.cli;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import picocli.CommandLine.TypeConversionException;

/** Times as users write them: {@code 500ms}, {@code 30s}, {@code 5m}. */
final class DurationText {
  private DurationText() {}

  static Duration parse(String text) {
    try {
      Duration duration =
          text.endsWith("ms")
              ? Duration.ofMillis(Long.parseLong(text.substring(0, text.length() - 2)))
              : Duration.parse("PT" + text);
      if (!duration.isNegative()) {
        return duration;
      }
    } catch (NumberFormatException | DateTimeParseException e) {
      // Falls through to the one message for every text that is not a time.
    }
    throw new TypeConversionException("expected a time such as 500ms, 30s or 5m, not " + text);
  }
}
