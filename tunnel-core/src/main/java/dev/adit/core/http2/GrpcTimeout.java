package dev.adit.core.http2;

import io.netty.util.AsciiString;
import java.util.concurrent.TimeUnit;

/** {@code grpc-timeout}: up to eight digits and a unit (gRPC over HTTP/2, "Timeout"). */
public final class GrpcTimeout {
  /** What {@link #parseNanos} says of a value that is no timeout. */
  public static final long INVALID = -1;

  private static final int MAX_DIGITS = 8;
  private static final long MAX_VALUE = 99_999_999L;

  private GrpcTimeout() {}

  /** The timeout in nanoseconds, at most {@link Long#MAX_VALUE} - 1, or {@link #INVALID}. */
  public static long parseNanos(AsciiString value) {
    int digits = value.length() - 1;
    if (digits < 1 || digits > MAX_DIGITS) {
      return INVALID;
    }
    long amount = 0;
    for (int i = 0; i < digits; i++) {
      int digit = value.byteAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return INVALID;
      }
      amount = 10 * amount + digit;
    }
    return switch (value.byteAt(digits)) {
      case 'n' -> amount;
      case 'u' -> TimeUnit.MICROSECONDS.toNanos(amount);
      case 'm' -> TimeUnit.MILLISECONDS.toNanos(amount);
      case 'S' -> TimeUnit.SECONDS.toNanos(amount);
      case 'M' -> TimeUnit.MINUTES.toNanos(amount);
      case 'H' -> Math.min(TimeUnit.HOURS.toNanos(amount), Long.MAX_VALUE - 1);
      default -> INVALID;
    };
  }

  /**
   * The header value for a time that is left, never longer than it.
   *
   * @param nanos positive
   */
  public static AsciiString format(long nanos) {
    if (nanos <= MAX_VALUE) {
      return text(nanos, 'n');
    }
    if (nanos <= TimeUnit.MICROSECONDS.toNanos(MAX_VALUE)) {
      return text(TimeUnit.NANOSECONDS.toMicros(nanos), 'u');
    }
    if (nanos <= TimeUnit.MILLISECONDS.toNanos(MAX_VALUE)) {
      return text(TimeUnit.NANOSECONDS.toMillis(nanos), 'm');
    }
    if (nanos <= TimeUnit.SECONDS.toNanos(MAX_VALUE)) {
      return text(TimeUnit.NANOSECONDS.toSeconds(nanos), 'S');
    }
    return text(TimeUnit.NANOSECONDS.toHours(nanos), 'H');
  }

  private static AsciiString text(long amount, char unit) {
    return new AsciiString(Long.toString(amount) + unit);
  }
}
