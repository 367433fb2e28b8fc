package dev.adit.core.http2;

import dev.adit.core.call.CallProtocol;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.ResponseHead;
import io.netty.util.AsciiString;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which requests are gRPC, what a path may be, and which fields end at each hop. */
public final class HeaderRules {
  private static final AsciiString TUNNEL_PREFIX = AsciiString.cached("x-tunnel-");
  private static final AsciiString PROXY_PREFIX = AsciiString.cached("proxy-");
  private static final AsciiString GRPC_PREFIX = AsciiString.cached("grpc-");
  private static final AsciiString FORWARDED_PREFIX = AsciiString.cached("x-forwarded-");
  private static final Set<AsciiString> HOP_BY_HOP = new HashSet<>();
  private static final Set<AsciiString> SPOKEN_FOR = new HashSet<>();

  static {
    for (String name :
        new String[] {"connection", "te", "transfer-encoding", "upgrade", "keep-alive"}) {
      HOP_BY_HOP.add(AsciiString.cached(name));
    }
    for (String name :
        new String[] {
          "accept",
          "accept-encoding",
          "authorization",
          "content-encoding",
          "content-length",
          "content-type",
          "cookie",
          "expect",
          "forwarded",
          "host",
          "http2-settings",
          "trailer",
          "user-agent",
          "x-request-id",
          "traceparent",
          "tracestate"
        }) {
      SPOKEN_FOR.add(AsciiString.cached(name));
    }
  }

  private HeaderRules() {}

  /**
   * gRPC is POST with content-type application/grpc, alone or followed by "+" or ";" (gRPC over
   * HTTP/2, "Requests").
   */
  public static CallProtocol protocolOf(@Nullable AsciiString method, HeaderFields fields) {
    if (!HeaderNames.POST.equals(method)) {
      return CallProtocol.HTTP;
    }
    return isGrpcContentType(fields.get(HeaderNames.CONTENT_TYPE))
        ? CallProtocol.GRPC
        : CallProtocol.HTTP;
  }

  public static boolean isGrpcContentType(@Nullable AsciiString contentType) {
    if (contentType == null || !contentType.startsWith(HeaderNames.APPLICATION_GRPC)) {
      return false;
    }
    int end = HeaderNames.APPLICATION_GRPC.length();
    return contentType.length() == end
        || contentType.byteAt(end) == '+'
        || contentType.byteAt(end) == ';';
  }

  /**
   * Whether {@code path} is in origin form, or the asterisk of OPTIONS (RFC 9113 section 8.3.1),
   * without blanks or a fragment.
   */
  public static boolean isPath(AsciiString method, AsciiString path) {
    if (path.isEmpty()) {
      return false;
    }
    if (path.byteAt(0) != '/') {
      return path.length() == 1 && path.byteAt(0) == '*' && method.equals(HeaderNames.OPTIONS);
    }
    for (int i = 0; i < path.length(); i++) {
      byte b = path.byteAt(i);
      if ((b >= 0 && b <= ' ') || b == '#' || b == 0x7f) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether {@code authority} can be a host with an optional port: no user part, no blanks, no
   * path.
   */
  public static boolean isAuthority(AsciiString authority) {
    for (int i = 0; i < authority.length(); i++) {
      byte b = authority.byteAt(i);
      if (b <= ' ' || b == '@' || b == '/' || b == '\\' || b == '?' || b == '#' || b == ','
          || b == 0x7f) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether a field of this name ends at each hop: connection handling, and what proxies say to
   * each other.
   */
  public static boolean isHopByHop(AsciiString name) {
    return switch (name.byteAt(0)) {
      case 'c', 't', 'u', 'k' -> HOP_BY_HOP.contains(name);
      case 'p' -> name.startsWith(PROXY_PREFIX);
      default -> false;
    };
  }

  /** Whether only Adit may set a field of this name, or of one that could be taken for it. */
  public static boolean isOurs(AsciiString name) {
    return name.byteAt(0) == 'x' && beginsLike(TUNNEL_PREFIX, name);
  }

  /**
   * Whether a backend could take the beginning of one name for another. Letters and digits must be
   * the same; gateways in the manner of CGI (RFC 3875 section 4.1.18) make one variable of {@code
   * a-b} and {@code a_b}, and some of {@code a.b} as well.
   *
   * @param name in lower case, as HTTP/2 has it
   */
  public static boolean beginsLike(AsciiString beginning, AsciiString name) {
    int length = beginning.length();
    if (name.length() < length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      byte ours = beginning.byteAt(i);
      byte theirs = name.byteAt(i);
      if (ours != theirs && (isAlphanumeric(ours) || isAlphanumeric(theirs))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isAlphanumeric(byte b) {
    return (b >= 'a' && b <= 'z') || (b >= '0' && b <= '9');
  }

  /**
   * Whether HTTP, gRPC or Adit itself gives a request's field of this name a meaning, so that it
   * cannot have another.
   */
  public static boolean isSpokenFor(AsciiString name) {
    return isHopByHop(name)
        || isOurs(name)
        || name.startsWith(GRPC_PREFIX)
        || name.startsWith(FORWARDED_PREFIX)
        || SPOKEN_FOR.contains(name);
  }

  /**
   * Takes hop-by-hop fields out of a response's head or trailers; returns the list itself where
   * there is nothing to take.
   */
  public static HeaderFields forwardable(HeaderFields fields) {
    return hasHopByHop(fields) ? withoutHopByHop(fields) : fields;
  }

  /** The same of a response's head. */
  public static ResponseHead forwardable(ResponseHead head) {
    return hasHopByHop(head.fields())
        ? new ResponseHead(head.status(), withoutHopByHop(head.fields()))
        : head;
  }

  private static boolean hasHopByHop(HeaderFields fields) {
    for (int i = 0; i < fields.size(); i++) {
      if (isHopByHop(fields.name(i))) {
        return true;
      }
    }
    return false;
  }

  private static HeaderFields withoutHopByHop(HeaderFields fields) {
    HeaderFields kept = new HeaderFields(fields.size());
    for (int i = 0; i < fields.size(); i++) {
      if (!isHopByHop(fields.name(i))) {
        kept.add(fields.name(i), fields.value(i));
      }
    }
    return kept;
  }
}
