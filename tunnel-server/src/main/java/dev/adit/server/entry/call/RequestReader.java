package dev.adit.server.entry.call;

import dev.adit.core.call.CallException;
import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.CallProtocol;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.http2.FieldRules;
import dev.adit.core.http2.GrpcTimeout;
import dev.adit.core.http2.HeaderNames;
import dev.adit.core.http2.HeaderRules;
import dev.adit.core.http2.Http2HeaderFields;
import dev.adit.server.config.ForwardedHeaders;
import dev.adit.server.entry.caller.IdentityHeader;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * Turns the header list of a request into the head of a call: checks what HTTP/2 itself does not,
 * takes out what ends at this hop and what a caller may not set, and adds what we say about the
 * caller. Immutable.
 *
 * @param identityHeader only we may send it, and what looks like it; null: none
 * @param maxHeaderBytes of a header list, as RFC 9113 6.5.2 counts it
 * @param remoteAddress the caller's address without port
 * @param scheme what we say in x-forwarded-proto
 */
record RequestReader(
    ForwardedHeaders forwarded,
    @Nullable IdentityHeader identityHeader,
    int maxHeaderBytes,
    AsciiString remoteAddress,
    AsciiString scheme) {
  private static final AsciiString X_FORWARDED_PREFIX = AsciiString.cached("x-forwarded-");

  private static final AsciiString HTTP = AsciiString.cached("http");
  private static final AsciiString HTTP_PORT = AsciiString.cached(":80");
  private static final AsciiString HTTPS = AsciiString.cached("https");
  private static final AsciiString HTTPS_PORT = AsciiString.cached(":443");

  /** What agents call on the tunnel's port. */
  static final AsciiString TUNNEL_PATH = AsciiString.cached("/tunnel.v1.TunnelService/Proxy");

  /** Nothing is known of it yet. */
  static final CallHeaders UNREAD =
      new CallHeaders(
          CallProtocol.HTTP,
          AsciiString.EMPTY_STRING,
          AsciiString.EMPTY_STRING,
          AsciiString.EMPTY_STRING,
          AsciiString.EMPTY_STRING,
          new HeaderFields(),
          CallHeaders.NO_TIMEOUT);

  /** Fields that we add here ourselves, but for {@code te}, which comes with nearly every call. */
  private static final int ADDED = 3;

  /**
   * Reads a request.
   *
   * @param newId makes the id of a call that brings none
   * @throws CallException if the request is malformed, too large, or an agent's
   */
  CallHeaders read(Http2HeaderFields list, AsciiString newId) throws CallException {
    HeaderFields from = list.fields();
    AsciiString method = list.method();
    AsciiString path = list.path();
    AsciiString scheme = list.scheme();
    if (list.isCut()) {
      throw new CallException(
          CallFailure.HEADER_TOO_LARGE, "the header list exceeds " + maxHeaderBytes + " B by far");
    }
    if (method == null || path == null || scheme == null) {
      throw new CallException(CallFailure.MALFORMED, "a CONNECT request is not served here");
    }
    if (!method.equals(HeaderNames.POST) && !FieldRules.isToken(method)) {
      throw new CallException(CallFailure.MALFORMED, "the method is no token (RFC 9110 9.1)");
    }
    if (!HeaderRules.isPath(method, path)) {
      throw new CallException(
          CallFailure.MALFORMED,
          "the path does not begin with a slash, or has a blank or a fragment");
    }
    if (path.equals(TUNNEL_PATH)) {
      // Whatever the rules say: it carries an agent's token, which is no business of a backend.
      throw new CallException(
          CallFailure.FORBIDDEN, "agents dial the address of tunnel.listen, and this is the entry");
    }
    CallProtocol protocol = HeaderRules.protocolOf(method, from);
    AsciiString authority = authority(list);
    HeaderFields fields = new HeaderFields(from.size() + ADDED);
    long timeout = copy(from, fields);
    if (from.listBytes() > maxHeaderBytes) {
      throw new CallException(
          CallFailure.HEADER_TOO_LARGE,
          "header list " + from.listBytes() + " B exceeds " + maxHeaderBytes + " B");
    }
    addOurs(protocol, from, fields, newId);
    return new CallHeaders(protocol, method, scheme, authority, path, fields, timeout);
  }

  /**
   * RFC 9113 8.3.1: a host field says the same as :authority, or stands in for it. A backend gets
   * no host field, so how it was written does not matter.
   */
  private static AsciiString authority(Http2HeaderFields list) throws CallException {
    HeaderFields fields = list.fields();
    AsciiString named = list.authority();
    for (int i = 0; i < fields.size(); i++) {
      if (fields.name(i).equals(HeaderNames.HOST)) {
        // Every one: what comes second is what a backend may believe (CVE-2026-59900).
        named = named == null ? fields.value(i) : named;
        if (!isSame(named, fields.value(i), list.scheme())) {
          throw new CallException(
              CallFailure.MALFORMED, "host fields differ, or differ from :authority");
        }
      }
    }
    if (named == null) {
      return AsciiString.EMPTY_STRING;
    }
    if (!HeaderRules.isAuthority(named)) {
      throw new CallException(CallFailure.MALFORMED, ":authority is no host with an optional port");
    }
    return named;
  }

  /** Whether two authorities are the same but for case and the default port of the scheme. */
  private static boolean isSame(AsciiString one, AsciiString two, @Nullable AsciiString scheme) {
    return one.equals(two)
        || withoutPort(one, scheme).contentEqualsIgnoreCase(withoutPort(two, scheme));
  }

  private static AsciiString withoutPort(AsciiString authority, @Nullable AsciiString scheme) {
    AsciiString port =
        HTTP.contentEqualsIgnoreCase(scheme)
            ? HTTP_PORT
            : HTTPS.contentEqualsIgnoreCase(scheme) ? HTTPS_PORT : AsciiString.EMPTY_STRING;
    return authority.endsWith(port)
        ? authority.subSequence(0, authority.length() - port.length())
        : authority;
  }

  /** Copies what goes on; returns the caller's timeout. */
  private long copy(HeaderFields from, HeaderFields to) throws CallException {
    long timeout = CallHeaders.NO_TIMEOUT;
    for (int i = 0; i < from.size(); i++) {
      AsciiString name = from.name(i);
      if (name.equals(HeaderNames.GRPC_TIMEOUT)) {
        timeout = GrpcTimeout.parseNanos(from.value(i));
        if (timeout == GrpcTimeout.INVALID) {
          throw new CallException(
              CallFailure.MALFORMED, "grpc-timeout is not up to 8 digits and one of H M S m u n");
        }
      } else if (goesOn(name)) {
        to.add(name, from.value(i));
      }
    }
    return timeout;
  }

  /**
   * What can be said of a request whose head is not acceptable: enough to answer it in its own
   * protocol, and to tell people what was asked for, in the caller's words as they came.
   */
  static CallHeaders unread(Http2HeaderFields list) {
    AsciiString method = orEmpty(list.method());
    AsciiString host =
        list.authority() == null ? list.fields().get(HeaderNames.HOST) : list.authority();
    return new CallHeaders(
        HeaderRules.protocolOf(method, list.fields()),
        method,
        orEmpty(list.scheme()),
        orEmpty(host),
        orEmpty(list.path()),
        new HeaderFields(),
        CallHeaders.NO_TIMEOUT);
  }

  private static AsciiString orEmpty(@Nullable AsciiString text) {
    return text == null ? AsciiString.EMPTY_STRING : text;
  }

  private boolean goesOn(AsciiString name) {
    if (identityHeader != null && identityHeader.covers(name)) {
      return false;
    }
    return switch (name.byteAt(0)) {
      case 'h' -> !name.equals(HeaderNames.HOST);
      case 'x' -> !HeaderRules.isOurs(name) && !isForwarded(name);
      case 'f' -> !isForwarded(name);
      default -> !HeaderRules.isHopByHop(name);
    };
  }

  private boolean isForwarded(AsciiString name) {
    return switch (forwarded) {
      case OVERWRITE ->
          HeaderRules.beginsLike(X_FORWARDED_PREFIX, name) || name.equals(HeaderNames.FORWARDED);
      case APPEND ->
          isLike(HeaderNames.X_FORWARDED_FOR, name) || isLike(HeaderNames.X_FORWARDED_PROTO, name);
      case OFF -> false;
    };
  }

  private static boolean isLike(AsciiString ours, AsciiString name) {
    return name.length() == ours.length() && HeaderRules.beginsLike(ours, name);
  }

  private void addOurs(
      CallProtocol protocol, HeaderFields from, HeaderFields to, AsciiString newId) {
    if (protocol == CallProtocol.GRPC || HeaderNames.TRAILERS.equals(from.get(HeaderNames.TE))) {
      to.add(HeaderNames.TE, HeaderNames.TRAILERS);
    }
    if (forwarded != ForwardedHeaders.OFF) {
      to.add(HeaderNames.X_FORWARDED_FOR, joined(from, HeaderNames.X_FORWARDED_FOR, remoteAddress));
      to.add(HeaderNames.X_FORWARDED_PROTO, joined(from, HeaderNames.X_FORWARDED_PROTO, scheme));
    }
    @Nullable AsciiString id = from.get(HeaderNames.X_REQUEST_ID);
    if (id == null) {
      to.add(HeaderNames.X_REQUEST_ID, newId);
    } else if (id.isEmpty()) {
      to.set(HeaderNames.X_REQUEST_ID, newId);
    }
  }

  /** Our word, behind those of the proxies before us where they are trusted. */
  private AsciiString joined(HeaderFields from, AsciiString name, AsciiString ours) {
    if (forwarded == ForwardedHeaders.OVERWRITE) {
      return ours;
    }
    AsciiString all = null;
    for (int i = 0; i < from.size(); i++) {
      if (from.name(i).equals(name)) {
        all = append(all, from.value(i));
      }
    }
    return append(all, ours);
  }

  private static AsciiString append(@Nullable AsciiString list, AsciiString value) {
    return list == null ? value : new AsciiString(list + ", " + value);
  }
}
