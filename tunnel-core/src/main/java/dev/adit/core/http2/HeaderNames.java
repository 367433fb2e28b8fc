package dev.adit.core.http2;

import io.netty.util.AsciiString;

/** The header names and values that Adit itself reads or writes. */
public final class HeaderNames {
  public static final AsciiString CONTENT_TYPE = AsciiString.cached("content-type");
  public static final AsciiString CONTENT_LENGTH = AsciiString.cached("content-length");
  public static final AsciiString TE = AsciiString.cached("te");
  public static final AsciiString TRAILERS = AsciiString.cached("trailers");
  public static final AsciiString HOST = AsciiString.cached("host");
  public static final AsciiString POST = AsciiString.cached("POST");
  public static final AsciiString CONNECT = AsciiString.cached("CONNECT");
  public static final AsciiString HEAD = AsciiString.cached("HEAD");
  public static final AsciiString OPTIONS = AsciiString.cached("OPTIONS");
  public static final AsciiString APPLICATION_GRPC = AsciiString.cached("application/grpc");
  public static final AsciiString TEXT_PLAIN = AsciiString.cached("text/plain; charset=utf-8");
  public static final AsciiString GRPC_TIMEOUT = AsciiString.cached("grpc-timeout");
  public static final AsciiString GRPC_STATUS = AsciiString.cached("grpc-status");
  public static final AsciiString GRPC_MESSAGE = AsciiString.cached("grpc-message");
  public static final AsciiString GRPC_RETRY_PUSHBACK_MS =
      AsciiString.cached("grpc-retry-pushback-ms");
  public static final AsciiString GRPC_PREVIOUS_RPC_ATTEMPTS =
      AsciiString.cached("grpc-previous-rpc-attempts");
  public static final AsciiString X_TUNNEL_REASON = AsciiString.cached("x-tunnel-reason");
  public static final AsciiString X_REQUEST_ID = AsciiString.cached("x-request-id");
  public static final AsciiString X_FORWARDED_FOR = AsciiString.cached("x-forwarded-for");
  public static final AsciiString X_FORWARDED_PROTO = AsciiString.cached("x-forwarded-proto");
  public static final AsciiString FORWARDED = AsciiString.cached("forwarded");
  public static final AsciiString WWW_AUTHENTICATE = AsciiString.cached("www-authenticate");
  public static final AsciiString BEARER = AsciiString.cached("Bearer");
  public static final AsciiString TRACEPARENT = AsciiString.cached("traceparent");
  public static final AsciiString TRACESTATE = AsciiString.cached("tracestate");

  private HeaderNames() {}
}
