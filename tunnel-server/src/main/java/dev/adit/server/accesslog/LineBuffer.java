package dev.adit.server.accesslog;

import io.netty.util.AsciiString;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes that lines are put together in, used again and again. Used by one thread at a time. */
final class LineBuffer {
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final int ESCAPED_BYTES = 6;
  private static final int LONG_DIGITS = 20;
  private static final byte DELETE = 0x7f;

  private static final VarHandle EIGHT =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  /** One in each of eight bytes. */
  private static final long EACH = 0x0101010101010101L;

  private static final long HIGHEST_OF_EACH = EACH << 7;

  private byte[] bytes;
  private int length;

  LineBuffer(int capacity) {
    bytes = new byte[capacity];
  }

  byte[] array() {
    return bytes;
  }

  int length() {
    return length;
  }

  void clear() {
    length = 0;
  }

  void put(byte[] ascii) {
    put(ascii, ascii.length);
  }

  void put(byte[] ascii, int count) {
    ensure(count);
    System.arraycopy(ascii, 0, bytes, length, count);
    length += count;
  }

  void put(char ascii) {
    ensure(1);
    bytes[length++] = (byte) ascii;
  }

  /** A decimal number. */
  void put(long number) {
    if (number < 0) {
      put(Long.toString(number).getBytes(StandardCharsets.US_ASCII));
      return;
    }
    ensure(LONG_DIGITS);
    int digits = 1;
    for (long rest = number / 10; rest > 0; rest /= 10) {
      digits++;
    }
    long rest = number;
    for (int at = length + digits - 1; at >= length; at--) {
      bytes[at] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    length += digits;
  }

  /** A number of three digits, with its zeros. */
  void putMillis(int millis) {
    ensure(3);
    bytes[length++] = (byte) ('0' + millis / 100);
    bytes[length++] = (byte) ('0' + millis / 10 % 10);
    bytes[length++] = (byte) ('0' + millis % 10);
  }

  /**
   * Text of others: printable ASCII stays, and everything else, which only hostile ones send,
   * becomes a visible escape.
   *
   * @param count of its characters, at most all
   */
  void putEscaped(AsciiString text, int count) {
    ensure(ESCAPED_BYTES * count);
    byte[] from = text.array();
    int offset = text.arrayOffset();
    if (isPlain(from, offset, count)) {
      System.arraycopy(from, offset, bytes, length, count);
      length += count;
      return;
    }
    for (int i = offset; i < offset + count; i++) {
      escape((char) (from[i] & 0xff));
    }
  }

  /** Whether nothing needs an escape, as in nearly all text. */
  private static boolean isPlain(byte[] from, int offset, int count) {
    int end = offset + count;
    int at = offset;
    for (; at <= end - Long.BYTES; at += Long.BYTES) {
      if (needsEscape((long) EIGHT.get(from, at))) {
        return false;
      }
    }
    for (; at < end; at++) {
      byte c = from[at];
      if (c < ' ' || c == DELETE || c == '"' || c == '\\') {
        return false;
      }
    }
    return true;
  }

  /** Whether one of eight bytes is a control character, quote, backslash or no ASCII. */
  private static boolean needsEscape(long eight) {
    long control = eight - EACH * ' ';
    long delete = eight + EACH;
    long quote = (eight ^ EACH * '"') - EACH;
    long backslash = (eight ^ EACH * '\\') - EACH;
    return ((eight | control | delete | quote | backslash) & HIGHEST_OF_EACH) != 0;
  }

  /** As for {@link AsciiString}. */
  void putEscaped(String text, int count) {
    ensure(ESCAPED_BYTES * count);
    for (int i = 0; i < count; i++) {
      escape(text.charAt(i));
    }
  }

  private void escape(char c) {
    if (c >= ' ' && c < 0x7f) {
      if (c == '"' || c == '\\') {
        bytes[length++] = '\\';
      }
      bytes[length++] = (byte) c;
      return;
    }
    bytes[length++] = '\\';
    bytes[length++] = 'u';
    for (int shift = 12; shift >= 0; shift -= 4) {
      bytes[length++] = HEX[c >> shift & 0xf];
    }
  }

  private void ensure(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
    }
  }

  @Override
  public String toString() {
    return new String(bytes, 0, length, StandardCharsets.US_ASCII);
  }
}
