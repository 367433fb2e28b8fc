package dev.adit.server.routing;

import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.CallProtocol;
import dev.adit.core.http2.HeaderNames;
import dev.adit.core.match.CallFacts;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * As what else a backend may take a call: paths have several ways to be written, and servers of
 * gRPC differ in what they take for it.
 */
final class OtherReadings {
  private static final int HEX = 16;

  private OtherReadings() {}

  /**
   * The call with its path as plain as it can be written, and as gRPC, where that is not what it
   * is. Empty for most calls, and then nothing is allocated.
   *
   * @param call shares its fields with the result
   */
  static List<CallHeaders> of(CallHeaders call) {
    @Nullable AsciiString plain = plainPath(CallFacts.withoutQuery(call.path()));
    boolean mayBeGrpc = !call.isGrpc() && HeaderNames.POST.equals(call.method());
    if (plain == null && !mayBeGrpc) {
      return List.of();
    }
    List<CallHeaders> readings = new ArrayList<>(3);
    if (plain != null) {
      readings.add(with(call, call.protocol(), plain));
    }
    if (mayBeGrpc) {
      readings.add(with(call, CallProtocol.GRPC, call.path()));
    }
    if (plain != null && mayBeGrpc) {
      readings.add(with(call, CallProtocol.GRPC, plain));
    }
    return readings;
  }

  private static CallHeaders with(CallHeaders call, CallProtocol protocol, AsciiString path) {
    return new CallHeaders(
        protocol,
        call.method(),
        call.scheme(),
        call.authority(),
        path,
        call.fields(),
        call.timeoutNanos());
  }

  /**
   * The path without percent-encoding, backslashes, parameters of segments, empty segments and
   * those of dots (RFC 3986 section 6.2.2); null if it is so already.
   */
  private static @Nullable AsciiString plainPath(AsciiString path) {
    if (isPlain(path)) {
      return null;
    }
    List<String> segments = new ArrayList<>();
    String decoded = decoded(path).replace('\\', '/');
    // The byte before the first slash is not there: it begins with one.
    String[] written = decoded.split("/", -1);
    for (int i = 1; i < written.length; i++) {
      boolean last = i == written.length - 1;
      int parameters = written[i].indexOf(';');
      String segment = parameters < 0 ? written[i] : written[i].substring(0, parameters);
      boolean up = segment.equals("..");
      if (up && !segments.isEmpty()) {
        segments.remove(segments.size() - 1);
      }
      boolean nothing = up || segment.isEmpty() || segment.equals(".");
      if (!nothing || last) {
        segments.add(nothing ? "" : segment);
      }
    }
    AsciiString plain = bytes("/" + String.join("/", segments));
    return plain.equals(path) ? null : plain;
  }

  private static boolean isPlain(AsciiString path) {
    if (path.isEmpty() || path.byteAt(0) != '/') {
      // The asterisk of OPTIONS.
      return true;
    }
    byte before = 0;
    for (int i = 0; i < path.length(); i++) {
      byte b = path.byteAt(i);
      boolean odd = b == '%' || b == '\\' || b == ';' || (before == '/' && (b == '/' || b == '.'));
      if (odd) {
        return false;
      }
      before = b;
    }
    return true;
  }

  /** Each byte is a character of its number, for bytes that are no UTF-8 must not be lost. */
  private static String decoded(AsciiString path) {
    StringBuilder text = new StringBuilder(path.length());
    int i = 0;
    while (i < path.length()) {
      int value = path.byteAt(i) == '%' ? encoded(path, i + 1) : -1;
      text.append((char) (value < 0 ? path.byteAt(i) & 0xff : value));
      i += value < 0 ? 1 : 3;
    }
    return text.toString();
  }

  /** The byte of two hexadecimal digits; -1 if they are none. */
  private static int encoded(AsciiString path, int at) {
    if (at + 2 > path.length()) {
      return -1;
    }
    int high = Character.digit(path.byteAt(at), HEX);
    int low = Character.digit(path.byteAt(at + 1), HEX);
    return high < 0 || low < 0 ? -1 : high * HEX + low;
  }

  private static AsciiString bytes(String text) {
    byte[] bytes = new byte[text.length()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) text.charAt(i);
    }
    return new AsciiString(bytes, false);
  }
}
