package dev.adit.core.trace;

import io.netty.util.AsciiString;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
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

  /** Eight characters at once, the first in the lowest byte. */
  private static final VarHandle EIGHT =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long EACH = 0x0101010101010101L;
  private static final long HIGH = 0x8080808080808080L;
  private static final long ZEROS = '0' * EACH;

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
        || !isHexPair(text, 0)
        || !isHexPair(text, FLAGS_AT)) {
      return false;
    }
    boolean first = text.byteAt(0) == '0' && text.byteAt(1) == '0';
    boolean never = text.byteAt(0) == 'f' && text.byteAt(1) == 'f';
    boolean fits = first ? length == LENGTH : length == LENGTH || text.byteAt(LENGTH) == '-';
    return fits && !never && isId(text, TRACE_AT, SPAN_AT - 1) && isId(text, SPAN_AT, FLAGS_AT - 1);
  }

  /** Hexadecimal, and not all zero. */
  private static boolean isId(AsciiString text, int from, int to) {
    byte[] bytes = text.array();
    int offset = text.arrayOffset();
    long different = 0;
    long hex = HIGH;
    for (int i = from; i < to; i += Long.BYTES) {
      long eight = (long) EIGHT.get(bytes, offset + i);
      different |= eight ^ ZEROS;
      hex &= hex(eight);
    }
    return hex == HIGH && different != 0;
  }

  private static boolean isHexPair(AsciiString text, int at) {
    return hex((text.byteAt(at) & 0xff) | (text.byteAt(at + 1) & 0xff) << 8 | ZEROS << 16) == HIGH;
  }

  /** The high bit of each character that is a digit or one of {@code a} to {@code f}. */
  private static long hex(long eight) {
    long ascii = eight & ~HIGH;
    long digit = from(ascii, '0') & ~from(ascii, '9' + 1);
    long letter = from(ascii, 'a') & ~from(ascii, 'f' + 1);
    return (digit | letter) & ~eight & HIGH;
  }

  /** The high bit of each that is {@code least} or more; no sum reaches into the next byte. */
  private static long from(long ascii, int least) {
    return ascii + (0x80 - least) * EACH;
  }

  /** Whether the hop before traces the call. */
  static boolean isSampled(AsciiString valid) {
    return (Character.digit(valid.byteAt(LENGTH - 1), 16) & 1) != 0;
  }

  /** Whether the hop before says that the trace's id is random, which holds for all hops behind. */
  public boolean isRandom() {
    return (Character.digit(text.byteAt(LENGTH - 1), 16) & 2) != 0;
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

  /** Writes the value's sixteen hexadecimal digits, in an order of their own. */
  private static void hex(long value, byte[] to, int at) {
    EIGHT.set(to, at, digits(value & 0x0f * EACH));
    EIGHT.set(to, at + Long.BYTES, digits(value >>> 4 & 0x0f * EACH));
  }

  /** The character of each byte, which is below 16: {@code a} is 39 further than a tenth digit. */
  private static long digits(long below16) {
    return below16 + ZEROS + ((from(below16, 10) & HIGH) >>> 7) * ('a' - '0' - 10);
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
