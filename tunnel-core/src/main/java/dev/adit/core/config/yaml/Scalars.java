package dev.adit.core.config.yaml;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How the words of a file become numbers, times and sizes. Only decimal notation counts: YAML 1.1
 * would read {@code 010} as eight, {@code 22:22} as 1342 and {@code no} as false.
 */
public final class Scalars {

  /** What no valid number reads as. */
  public static final long NOT_A_NUMBER = Long.MIN_VALUE;

  private static final Pattern WHOLE = Pattern.compile("-?(?:0|[1-9][0-9]{0,15})");
  private static final Pattern DECIMAL = Pattern.compile("(?:0|[1-9][0-9]{0,8})(?:\\.[0-9]{1,9})?");
  private static final Pattern DURATION =
      Pattern.compile("(?:([0-9]{1,9})h)?(?:([0-9]{1,9})m)?(?:([0-9]{1,9})s)?(?:([0-9]{1,9})ms)?");
  private static final Pattern SIZE = Pattern.compile("(0|[1-9][0-9]{0,11})(B|KiB|MiB|GiB)?");

  private Scalars() {}

  /** A whole number in plain decimal notation, or NOT_A_NUMBER. */
  public static long wholeNumber(String text) {
    return WHOLE.matcher(text).matches() ? Long.parseLong(text) : NOT_A_NUMBER;
  }

  /** A number in plain decimal notation, or NaN. */
  public static double decimal(String text) {
    return DECIMAL.matcher(text).matches() ? Double.parseDouble(text) : Double.NaN;
  }

  /** A number with or without a percent sign, or NaN. */
  public static double percent(String text) {
    return decimal(text.endsWith("%") ? text.substring(0, text.length() - 1) : text);
  }

  /** Whether it is a number between 0 and 1, which may be a share of one or of a hundred. */
  public static boolean isFraction(String text) {
    double number = decimal(text);
    return number > 0 && number < 1;
  }

  /** {@code 0.1} was meant as 10% or as 0.1%. */
  public static String fractionMeant(String text) {
    String ofOne = new BigDecimal(text).movePointRight(2).stripTrailingZeros().toPlainString();
    return ofOne + "% or " + text + "%";
  }

  /** A duration such as {@code 1m30s}, or null. */
  public static @Nullable Duration duration(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (text.isEmpty() || !matcher.matches()) {
      return null;
    }
    return Duration.ofHours(part(matcher, 1))
        .plusMinutes(part(matcher, 2))
        .plusSeconds(part(matcher, 3))
        .plusMillis(part(matcher, 4));
  }

  private static long part(Matcher matcher, int group) {
    @Nullable String digits = matcher.group(group);
    return digits == null ? 0 : Long.parseLong(digits);
  }

  /** A size such as {@code 64KiB}, or NOT_A_NUMBER. */
  public static long bytes(String text) {
    Matcher matcher = SIZE.matcher(text);
    if (!matcher.matches()) {
      return NOT_A_NUMBER;
    }
    long number = Long.parseLong(matcher.group(1));
    @Nullable String unit = matcher.group(2);
    return unit == null ? number : number * unitBytes(unit);
  }

  private static long unitBytes(String unit) {
    return switch (unit) {
      case "KiB" -> 1024L;
      case "MiB" -> 1024L * 1024;
      case "GiB" -> 1024L * 1024 * 1024;
      default -> 1L;
    };
  }

  /** {@code 010} and {@code 1_000} were probably meant as 10 and 1000. */
  public static @Nullable String numberMeant(String text, long min, long max) {
    String digits = text.replace("_", "").replace(",", "").replaceFirst("^0+(?=[0-9])", "");
    long number = wholeNumber(digits);
    boolean likely = number != NOT_A_NUMBER && number >= min && number <= max;
    return likely && !digits.equals(text) ? digits : null;
  }

  /** {@code yes} was probably meant as true. */
  public static @Nullable String boolMeant(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "yes", "y", "on", "1", "true", "enabled" -> "true";
      case "no", "n", "off", "0", "false", "disabled" -> "false";
      default -> Suggestion.among(List.of("true", "false"), text);
    };
  }

  /** {@code 30} and {@code 30 sec} were probably meant as 30s. */
  public static @Nullable String durationMeant(String text) {
    String squeezed = text.replace(" ", "").toLowerCase(Locale.ROOT);
    if (squeezed.matches("[0-9]{1,9}")) {
      return squeezed + "s";
    }
    String mended =
        squeezed
            .replaceFirst("(?<=[0-9])(?:sec|secs|second|seconds)$", "s")
            .replaceFirst("(?<=[0-9])(?:min|mins|minute|minutes)$", "m")
            .replaceFirst("(?<=[0-9])(?:hr|hrs|hour|hours)$", "h")
            .replaceFirst("(?<=[0-9])(?:msec|millis|milliseconds)$", "ms");
    if (squeezed.matches("[0-9]{1,6}d|[0-9]{1,6}days?")) {
      mended = Long.parseLong(squeezed.replaceAll("[^0-9]", "")) * 24 + "h";
    }
    return !mended.equals(text) && duration(mended) != null ? mended : null;
  }

  /** {@code 64k} and {@code 64KB} were probably meant as 64KiB. */
  public static @Nullable String bytesMeant(String text) {
    Matcher matcher = Pattern.compile("([0-9]{1,12}) ?([kKmMgG])(?:i?[bB])?").matcher(text);
    if (!matcher.matches()) {
      return null;
    }
    String meant = matcher.group(1) + matcher.group(2).toUpperCase(Locale.ROOT) + "iB";
    return meant.equals(text) ? null : meant;
  }

  /** The constant {@code LEAST_CALLS} is written {@code leastCalls}. */
  public static String camelCase(String constant) {
    StringBuilder word = new StringBuilder();
    for (String part : constant.toLowerCase(Locale.ROOT).split("_", -1)) {
      boolean first = word.isEmpty();
      word.append(first ? part : part.substring(0, 1).toUpperCase(Locale.ROOT) + part.substring(1));
    }
    return word.toString();
  }

  /** A duration as one would write it in a file. */
  public static String shown(Duration duration) {
    long millis = duration.toMillis();
    if (millis != 0 && millis % 3_600_000 == 0) {
      return millis / 3_600_000 + "h";
    }
    if (millis != 0 && millis % 60_000 == 0) {
      return millis / 60_000 + "m";
    }
    return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
  }

  /** A size as one would write it in a file. */
  public static String shown(long bytes) {
    if (bytes != 0 && bytes % (1024L * 1024 * 1024) == 0) {
      return bytes / (1024L * 1024 * 1024) + "GiB";
    }
    if (bytes != 0 && bytes % (1024 * 1024) == 0) {
      return bytes / (1024 * 1024) + "MiB";
    }
    return bytes != 0 && bytes % 1024 == 0 ? bytes / 1024 + "KiB" : Long.toString(bytes);
  }
}
