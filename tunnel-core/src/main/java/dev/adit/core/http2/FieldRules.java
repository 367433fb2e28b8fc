package dev.adit.core.http2;

import dev.adit.core.call.HeaderFields;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * Which bytes a field name and a field value may hold (RFC 9113 section 8.2.1, RFC 9110 section
 * 5.6.2).
 */
public final class FieldRules {
  /** Of a number that surely fits a long. */
  private static final int MOST_DIGITS = 18;

  private static final boolean[] NAME = new boolean[256];

  static {
    for (char c = 'a'; c <= 'z'; c++) {
      NAME[c] = true;
    }
    for (char c = '0'; c <= '9'; c++) {
      NAME[c] = true;
    }
    for (char c : "!#$%&'*+-.^_`|~".toCharArray()) {
      NAME[c] = true;
    }
  }

  private FieldRules() {}

  /** Whether {@code text} is a token of either case, as a method is (RFC 9110 5.6.2). */
  public static boolean isToken(AsciiString text) {
    return isName(text.toLowerCase());
  }

  /** Whether {@code name} is a lower case token; a pseudo-header's name is not. */
  public static boolean isName(AsciiString name) {
    byte[] bytes = name.array();
    int start = name.arrayOffset();
    int end = start + name.length();
    if (start == end) {
      return false;
    }
    for (int i = start; i < end; i++) {
      if (!NAME[bytes[i] & 0xff]) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether {@code value} has no NUL, CR or LF. Blanks around a value, which RFC 9113 also forbids,
   * pass: stock gRPC clients send them and stock servers take them.
   */
  public static boolean isValue(AsciiString value) {
    byte[] bytes = value.array();
    int start = value.arrayOffset();
    int end = start + value.length();
    for (int i = start; i < end; i++) {
      byte b = bytes[i];
      if (b <= '\r' && (b == 0 || b == '\r' || b == '\n')) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether every name and value of a list that did not come out of an HTTP/2 decoder may be
   * written to one.
   */
  public static boolean areSound(HeaderFields fields) {
    for (int i = 0; i < fields.size(); i++) {
      if (!isName(fields.name(i)) || !isValue(fields.value(i))) {
        return false;
      }
    }
    return true;
  }

  /** The number that a value is in digits and nothing else; null: it is otherwise written. */
  static @Nullable Long plainNumber(AsciiString digits) {
    int length = digits.length();
    boolean leadingZero = length > 1 && digits.byteAt(0) == '0';
    if (length == 0 || length > MOST_DIGITS || leadingZero) {
      return null;
    }
    long number = 0;
    for (int i = 0; i < length; i++) {
      int digit = digits.byteAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return null;
      }
      number = 10 * number + digit;
    }
    return number;
  }
}
