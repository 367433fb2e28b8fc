package dev.adit.server.routing;

import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.CallProtocol;
import dev.adit.core.http2.HeaderNames;
import dev.adit.core.match.CallFacts;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * As what else a backend may take a call: paths have several ways to be written, and servers of
 * gRPC differ in what they take for it.
 */
final class OtherReadings {
  private static final int HEX = 16;

  /** Of one path, itself included; what can be read in more ways is meant for no backend. */
  private static final int MOST = 16;

  /**
   * The same of a path of more than {@link #LONG} bytes: each is as long, and with HPACK a caller
   * sends such a path in a few bytes.
   */
  private static final int MOST_OF_LONG = 4;

  private static final int LONG = 512;

  /** What servers do to a path, in the orders in which they do it; each leaves some of them out. */
  private static final List<UnaryOperator<String>> STEPS =
      List.of(
          OtherReadings::withoutParameters,
          OtherReadings::decoded,
          OtherReadings::withoutParameters,
          path -> path.replace('\\', '/'),
          OtherReadings::withoutEmptySegments,
          OtherReadings::withoutDots,
          OtherReadings::withoutEmptySegments);

  private OtherReadings() {}

  /**
   * The call with its path as it can be read elsewhere, and as gRPC, where that is not what it is.
   * Empty for most calls, and then nothing is allocated.
   *
   * @param call shares its fields with the result
   * @return null if there are more of them than are looked at
   */
  static @Nullable List<CallHeaders> of(CallHeaders call) {
    AsciiString written = CallFacts.withoutQuery(call.path());
    boolean mayBeGrpc = !call.isGrpc() && HeaderNames.POST.equals(call.method());
    if (isPlain(written)) {
      return mayBeGrpc ? List.of(with(call, CallProtocol.GRPC, written)) : List.of();
    }
    @Nullable Set<String> paths = readings(written);
    if (paths == null) {
      return null;
    }
    List<CallHeaders> readings = new ArrayList<>(2 * paths.size());
    for (String text : paths) {
      AsciiString path = bytes(text);
      readings.add(with(call, call.protocol(), path));
      if (mayBeGrpc) {
        readings.add(with(call, CallProtocol.GRPC, path));
      }
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

  /** The path as it is written and in every other way; null if there are too many. */
  private static @Nullable Set<String> readings(AsciiString path) {
    int most = path.length() > LONG ? MOST_OF_LONG : MOST;
    Set<String> readings = new LinkedHashSet<>();
    // Each byte is a character of its number, for bytes that are no UTF-8 must not be lost.
    readings.add(new String(path.toByteArray(), StandardCharsets.ISO_8859_1));
    for (UnaryOperator<String> step : STEPS) {
      for (String each : List.copyOf(readings)) {
        readings.add(step.apply(each));
      }
      if (readings.size() > most) {
        return null;
      }
    }
    return readings;
  }

  /** As servlets have it: what follows a semicolon in a segment is no part of its name. */
  private static String withoutParameters(String path) {
    if (path.indexOf(';') < 0) {
      return path;
    }
    StringBuilder rest = new StringBuilder(path.length());
    boolean parameters = false;
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      parameters = c != '/' && (parameters || c == ';');
      if (!parameters) {
        rest.append(c);
      }
    }
    return rest.toString();
  }

  private static String withoutEmptySegments(String path) {
    if (!path.contains("//")) {
      return path;
    }
    StringBuilder rest = new StringBuilder(path.length());
    char before = 0;
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c != '/' || before != '/') {
        rest.append(c);
      }
      before = c;
    }
    return rest.toString();
  }

  /** RFC 3986 section 5.2.4. */
  private static String withoutDots(String path) {
    if (!path.contains("/.")) {
      return path;
    }
    List<String> segments = new ArrayList<>();
    // What is before the first slash is nothing: the path begins with one.
    String[] written = path.split("/", -1);
    for (int i = 1; i < written.length; i++) {
      boolean up = written[i].equals("..");
      if (up && !segments.isEmpty()) {
        segments.remove(segments.size() - 1);
      }
      boolean nothing = up || written[i].equals(".");
      if (!nothing) {
        segments.add(written[i]);
      } else if (i == written.length - 1) {
        segments.add("");
      }
    }
    return "/" + String.join("/", segments);
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

  private static String decoded(String path) {
    if (path.indexOf('%') < 0) {
      return path;
    }
    StringBuilder text = new StringBuilder(path.length());
    int i = 0;
    while (i < path.length()) {
      int value = path.charAt(i) == '%' ? encoded(path, i + 1) : -1;
      text.append(value < 0 ? path.charAt(i) : (char) value);
      i += value < 0 ? 1 : 3;
    }
    return text.toString();
  }

  /** The byte of two hexadecimal digits; -1 if they are none. */
  private static int encoded(String path, int at) {
    if (at + 2 > path.length()) {
      return -1;
    }
    int high = Character.digit(path.charAt(at), HEX);
    int low = Character.digit(path.charAt(at + 1), HEX);
    return high < 0 || low < 0 ? -1 : high * HEX + low;
  }

  private static AsciiString bytes(String text) {
    return new AsciiString(text.getBytes(StandardCharsets.ISO_8859_1), false);
  }
}
