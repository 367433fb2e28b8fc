package dev.adit.core.trace;

import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A {@code traceparent} (W3C Trace Context, 3.2): version, trace, span and flags in hexadecimal,
 * {@code 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01}.
 */
public final class TraceParent {
  private static final int TRACE_AT = 3;
  private static final int SPAN_AT = 36;
  private static final int FLAGS_AT = 53;
  private static final int LENGTH = 55;
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final int HEX_BITS = 4;

  private final AsciiString text;

  private TraceParent(AsciiString text) {
    this.text = text;
  }

  /** One that {@link #isValid} has accepted. */
  static TraceParent of(AsciiString text) {
    return new TraceParent(text);
  }

  /** Of another version than ours, too, if it begins as ours does: 3.2.4. */
  static boolean isValid(AsciiString text) {
    int length = text.length();
    if (length < LENGTH
        || text.byteAt(TRACE_AT - 1) != '-'
        || text.byteAt(SPAN_AT - 1) != '-'
        || text.byteAt(FLAGS_AT - 1) != '-'
        || !isHex(text, 0, TRACE_AT - 1)
        || !isHex(text, FLAGS_AT, LENGTH)) {
      return false;
    }
    boolean first = text.byteAt(0) == '0' && text.byteAt(1) == '0';
    boolean never = text.byteAt(0) == 'f' && text.byteAt(1) == 'f';
    boolean fits = first ? length == LENGTH : length == LENGTH || text.byteAt(LENGTH) == '-';
    return fits && !never && isId(text, TRACE_AT, SPAN_AT - 1) && isId(text, SPAN_AT, FLAGS_AT - 1);
  }

  private static boolean isId(AsciiString text, int from, int to) {
    if (!isHex(text, from, to)) {
      return false;
    }
    for (int i = from; i < to; i++) {
      if (text.byteAt(i) != '0') {
        return true;
      }
    }
    return false;
  }

  private static boolean isHex(AsciiString text, int from, int to) {
    for (int i = from; i < to; i++) {
      byte each = text.byteAt(i);
      if ((each < '0' || each > '9') && (each < 'a' || each > 'f')) {
        return false;
      }
    }
    return true;
  }

  /** Whether the hop before traces the call. */
  static boolean isSampled(AsciiString valid) {
    return (Character.digit(valid.byteAt(LENGTH - 1), 1 << HEX_BITS) & 1) != 0;
  }

  /** A new trace that nobody samples: hops behind us shall not decide anew. */
  static AsciiString unsampled() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    byte[] bytes = new byte[LENGTH];
    bytes[0] = '0';
    bytes[1] = '0';
    bytes[TRACE_AT - 1] = '-';
    hex(random.nextLong(), bytes, TRACE_AT);
    // Never zero, as neither id may be.
    hex(random.nextLong() | 1, bytes, TRACE_AT + 16);
    bytes[SPAN_AT - 1] = '-';
    hex(random.nextLong() | 1, bytes, SPAN_AT);
    bytes[FLAGS_AT - 1] = '-';
    bytes[FLAGS_AT] = '0';
    bytes[FLAGS_AT + 1] = '0';
    return new AsciiString(bytes, false);
  }

  private static void hex(long value, byte[] to, int at) {
    for (int i = 15; i >= 0; i--) {
      to[at + i] = HEX[(int) (value >>> ((15 - i) * HEX_BITS)) & 0xf];
    }
  }

  /** The trace's id in hexadecimal. */
  public String traceId() {
    return text.toString(TRACE_AT, SPAN_AT - 1);
  }

  /** The id of the span above, in hexadecimal. */
  public String spanId() {
    return text.toString(SPAN_AT, FLAGS_AT - 1);
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
